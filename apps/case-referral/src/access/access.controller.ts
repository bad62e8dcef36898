import { Body, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { validate } from 'uuid';
import { type Staff } from '#identity';
import { fromCursor, type Page, PageQuery, toCursor, toPage } from '#platform';
import { knownId } from '../page/known-id';
import { Actor } from '../staff/actor';
import { ApiProblem, May, StaffController } from '../staff/staff-route';
import {
  BreakGlassInput,
  BrokenGlassAnswer,
  BrokenGlassPageAnswer,
  CaseAccessAnswer,
  HandOverInput,
  MemberInput,
  ReviewInput,
  SealInput,
} from './access-answer';
import { AccessRepository, type BrokenGlass, type CaseAccess } from './access.repository';
import { BreakGlass } from './break-glass';
import { ChangeAccess } from './change-access';

const isGlassPlace = (place: unknown): place is readonly [string] =>
  Array.isArray(place) && place.length === 1 && validate(place[0]);

/** Who reads a case. */
@StaffController('cases')
export class CaseAccessController {
  constructor(
    private readonly changeAccess: ChangeAccess,
    private readonly breakGlass: BreakGlass,
  ) {}

  @Get(':id/access')
  @May('decide who reads cases')
  @ApiOperation({ summary: 'Who reads the case' })
  @ApiOkResponse({ type: CaseAccessAnswer })
  @ApiProblem(404, 'There is no such case.')
  async read(@Param('id') id: string, @Actor() actor: Staff): Promise<CaseAccess> {
    return this.changeAccess.read(knownId(id, 'case'), actor);
  }

  @Post(':id/seals')
  @May('decide who reads cases')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Seal a case, or open it to its office again',
    description:
      'A sealed case is read by those who were added, and for everybody else it is not there: in no list, no count, under no id. ' +
      'Who seals it is added.',
  })
  @ApiOkResponse({ type: CaseAccessAnswer })
  @ApiProblem(404, 'There is no such case.')
  async seal(
    @Param('id') id: string,
    @Body() { sealed, reason }: SealInput,
    @Actor() actor: Staff,
  ): Promise<CaseAccess> {
    return this.changeAccess.seal(knownId(id, 'case'), sealed, reason, actor);
  }

  @Post(':id/handovers')
  @May('decide who reads cases')
  @HttpCode(200)
  @ApiOperation({ summary: 'Hand a case to another office' })
  @ApiOkResponse({ type: CaseAccessAnswer })
  @ApiProblem(404, 'There is no such case.')
  async handOver(
    @Param('id') id: string,
    @Body() { unit, reason }: HandOverInput,
    @Actor() actor: Staff,
  ): Promise<CaseAccess> {
    return this.changeAccess.handOver(knownId(id, 'case'), unit, reason, actor);
  }

  @Post(':id/memberships')
  @May('decide who reads cases')
  @HttpCode(200)
  @ApiOperation({ summary: 'Add somebody to a case, or take them out' })
  @ApiOkResponse({ type: CaseAccessAnswer })
  @ApiProblem(404, 'There is no such case.')
  @ApiProblem(409, 'It is sealed, and they are the last who reads it.')
  @ApiProblem(413, 'It has as many members as a case may have.')
  async setMember(
    @Param('id') id: string,
    @Body() { staffId, member, reason }: MemberInput,
    @Actor() actor: Staff,
  ): Promise<CaseAccess> {
    return this.changeAccess.setMember(knownId(id, 'case'), staffId, member, reason, actor);
  }

  @Post(':id/break-glass')
  @May('break the glass')
  @ApiOperation({
    summary: 'Read a case that is not yours, for an hour',
    description: 'At once. It is written down, and lies on the desk of whoever reviews it.',
  })
  @ApiCreatedResponse({ type: BrokenGlassAnswer })
  @ApiProblem(404, 'There is no such case.')
  async break(
    @Param('id') id: string,
    @Body() { purpose, reason }: BreakGlassInput,
    @Actor() actor: Staff,
  ): Promise<BrokenGlass> {
    return this.breakGlass.run(knownId(id, 'case'), purpose, reason, actor);
  }
}

/** The desk of whoever reviews broken glass. */
@StaffController('break-glass')
export class BreakGlassController {
  constructor(
    private readonly access: AccessRepository,
    private readonly breakGlass: BreakGlass,
  ) {}

  @Get()
  @May('review broken glass')
  @ApiOperation({ summary: 'Who read a case that was not theirs, and was not reviewed yet' })
  @ApiOkResponse({ type: BrokenGlassPageAnswer })
  @ApiProblem(400, 'A limit or a cursor that is none.')
  async list(@Query() query: PageQuery): Promise<Page<BrokenGlass>> {
    const [after] = fromCursor(query.after, isGlassPlace) ?? [null];
    const rows = await this.access.openGlass(after, query.limit + 1);
    return toPage(
      rows,
      query.limit,
      (glass) => glass,
      ({ id }) => toCursor([id]),
    );
  }

  @Post(':id/reviews')
  @May('review broken glass')
  @HttpCode(200)
  @ApiOperation({ summary: 'Say whether it was right to: another person than who did' })
  @ApiOkResponse({ type: BrokenGlassAnswer })
  @ApiProblem(404, 'There is no such one.')
  @ApiProblem(409, 'Somebody has reviewed it otherwise.')
  async review(
    @Param('id') id: string,
    @Body() { outcome, reason }: ReviewInput,
    @Actor() actor: Staff,
  ): Promise<BrokenGlass> {
    return this.breakGlass.review(knownId(id, 'broken glass'), outcome, reason, actor);
  }
}
