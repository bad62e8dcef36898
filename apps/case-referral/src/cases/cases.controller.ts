import { Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { validate } from 'uuid';
import { type Staff } from '#identity';
import { fromCursor, type Page, PageQuery, toCursor, type Told, toPage } from '#platform';
import { caseReader } from '../access/case-reader';
import { ApiPurpose, AskedFor, type Purpose } from '../access/purpose';
import { knownId } from '../page/known-id';
import { Actor } from '../staff/actor';
import { ApiProblem, May, StaffController } from '../staff/staff-route';
import { type CaseAnswer, CaseDetailAnswer, CasePageAnswer } from './case-answer';
import { CaseRepository, type ListedCase, type RankPlace } from './case.repository';
import { ReadCase } from './read-case';
import { toCaseAnswer } from './to-case-answer';

const isRankPlace = (place: unknown): place is RankPlace =>
  Array.isArray(place) &&
  place.length === 3 &&
  Number.isSafeInteger(place[0]) &&
  Number.isFinite(place[1]) &&
  validate(place[2]);

const placeOf = ({ summary }: ListedCase): RankPlace => [
  summary.money.heldMinor,
  summary.risk,
  summary.id,
];

@StaffController('cases')
export class CasesController {
  constructor(
    private readonly cases: CaseRepository,
    private readonly readCase: ReadCase,
  ) {}

  @Get()
  @May('read cases')
  @ApiOperation({
    summary: 'Cases, most money still reachable first, then by risk',
    description:
      'The rank takes the minor units of each case’s main currency; nothing is converted. A case that has not changed ' +
      'meanwhile is met exactly once, page after page; one whose rank rises is found at the front on the next reading. Sealed cases are among them for whoever reads them and says why.',
  })
  @ApiOkResponse({ type: CasePageAnswer })
  @ApiPurpose()
  @ApiProblem(400, 'A limit or a cursor that is none.')
  async list(
    @Query() query: PageQuery,
    @Actor() actor: Staff,
    @AskedFor() purpose: Purpose | null,
  ): Promise<Page<Told<CaseAnswer>>> {
    const after = fromCursor(query.after, isRankPlace);
    const nowMs = (await this.cases.latestEventTimeMs(null)) ?? 0;
    const rows = await this.cases.list(after, caseReader(actor), purpose !== null, query.limit + 1);
    return toPage(
      rows,
      query.limit,
      (row) => toCaseAnswer(row, nowMs),
      (row) => toCursor(placeOf(row)),
    );
  }

  @Get(':id')
  @May('read cases')
  @ApiOperation({
    summary: 'One case: wallets with role and layer, transfers, and where the money is',
    description: 'The id of a case that was merged into another gives that other one.',
  })
  @ApiOkResponse({ type: CaseDetailAnswer })
  @ApiPurpose()
  @ApiProblem(404, 'There is no such case.')
  @ApiProblem(412, 'It is sealed, and nobody said why it is opened.')
  async find(
    @Param('id') id: string,
    @Actor() actor: Staff,
    @AskedFor() purpose: Purpose | null,
  ): Promise<Told<CaseDetailAnswer>> {
    return this.readCase.run(knownId(id, 'case'), caseReader(actor), purpose);
  }
}
