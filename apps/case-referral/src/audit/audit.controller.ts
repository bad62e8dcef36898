import { Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import {
  type AuditAlarm,
  AuditAlarms,
  AuditList,
  type AuditPlace,
  AuditRoots,
  type SignedRoot,
} from '#audit';
import {
  fromCursor,
  isSerialPlace,
  type Page,
  PageQuery,
  toCursor,
  type Told,
  toPage,
} from '#platform';
import { ApiProblem, May, StaffController } from '../staff/staff-route';
import {
  AuditAlarmPageAnswer,
  type AuditEntryAnswer,
  AuditPageAnswer,
  AuditQuery,
  SignedRootPageAnswer,
} from './audit-answer';

const PLACE_MAX = 2 ** 53;
/** Microseconds of the year 2100. */
const AT_MICROS_MAX = 4_102_444_800_000_000;
const CHAIN_MAX = 0x7fff;

const isAuditPlace = (place: unknown): place is AuditPlace =>
  Array.isArray(place) &&
  place.length === 3 &&
  [AT_MICROS_MAX, CHAIN_MAX, PLACE_MAX].every(
    (max, i) => Number.isSafeInteger(place[i]) && place[i] >= 0 && place[i] <= max,
  );

/** For auditors: what everybody did. */
@StaffController('audit')
export class AuditController {
  constructor(
    private readonly entries: AuditList,
    private readonly roots: AuditRoots,
    private readonly alarms: AuditAlarms,
  ) {}

  @Get('entries')
  @May('read the audit trail')
  @ApiOperation({
    summary: 'What people did, saw and were refused, in the order in which it came',
    description: 'To check the trail, take an export: `npm run audit -- export`.',
  })
  @ApiOkResponse({ type: AuditPageAnswer })
  @ApiProblem(400, 'A limit or a cursor that is none.')
  async list(@Query() query: AuditQuery): Promise<Page<Told<AuditEntryAnswer>>> {
    const { actor = null, objectType = null, objectId = null } = query;
    const after = fromCursor(query.after, isAuditPlace);
    const rows = await this.entries.list(after, { actor, objectType, objectId }, query.limit + 1);
    return toPage(
      rows,
      query.limit,
      ({ entry, hash, place: [, chain, place] }) => ({ entry, chain, place, hash }),
      ({ place }) => toCursor(place),
    );
  }

  @Get('alarms')
  @May('read the audit trail')
  @ApiOperation({ summary: 'What in the trail somebody should look at, as it was noticed' })
  @ApiOkResponse({ type: AuditAlarmPageAnswer })
  @ApiProblem(400, 'A limit or a cursor that is none.')
  async listAlarms(@Query() query: PageQuery): Promise<Page<AuditAlarm>> {
    const [after] = fromCursor(query.after, isSerialPlace) ?? [0];
    const rows = await this.alarms.list(after, query.limit + 1);
    return toPage(
      rows,
      query.limit,
      (alarm) => alarm,
      ({ id }) => toCursor([id]),
    );
  }

  @Get('roots')
  @May('read the audit trail')
  @ApiOperation({
    summary: 'Signed roots of the trail, for a second party to keep',
    description:
      'One an hour in which anything was written. Who keeps them can show whether anything before was changed.',
  })
  @ApiOkResponse({ type: SignedRootPageAnswer })
  @ApiProblem(400, 'A limit or a cursor that is none.')
  async listRoots(@Query() query: PageQuery): Promise<Page<SignedRoot>> {
    const [after] = fromCursor(query.after, isSerialPlace) ?? [0];
    const rows = await this.roots.list(after, query.limit + 1);
    return toPage(
      rows,
      query.limit,
      (root) => root,
      ({ root }) => toCursor([root]),
    );
  }
}
