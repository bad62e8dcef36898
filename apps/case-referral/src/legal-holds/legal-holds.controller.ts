import { Body, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { validate } from 'uuid';
import { type Staff } from '#identity';
import { fromCursor, type Page, PageQuery, toCursor, toPage } from '#platform';
import { caseReader } from '../access/case-reader';
import { knownId } from '../page/known-id';
import { Actor } from '../staff/actor';
import { ApiProblem, May, StaffController } from '../staff/staff-route';
import { HoldLegally } from './hold-legally';
import {
  CaseHoldInput,
  LegalHoldAnswer,
  LegalHoldInput,
  LegalHoldPageAnswer,
  LegalHoldReleaseInput,
} from './legal-hold-answer';
import { type LegalHold, LegalHoldRepository } from './legal-hold.repository';

const isHoldPlace = (place: unknown): place is readonly [string] =>
  Array.isArray(place) && place.length === 1 && validate(place[0]);

/** What must be kept, whatever its age and whoever asks to be forgotten. */
@StaffController('legal-holds')
export class LegalHoldsController {
  constructor(
    private readonly holdLegally: HoldLegally,
    private readonly holds: LegalHoldRepository,
  ) {}

  @Get()
  @May('place legal holds')
  @ApiOperation({ summary: 'Holds in force, the oldest first' })
  @ApiOkResponse({ type: LegalHoldPageAnswer })
  @ApiProblem(400, 'A limit or a cursor that is none.')
  async list(@Query() query: PageQuery, @Actor() actor: Staff): Promise<Page<LegalHold>> {
    const [after] = fromCursor(query.after, isHoldPlace) ?? [null];
    const rows = await this.holds.list(after, caseReader(actor), query.limit + 1);
    return toPage(
      rows,
      query.limit,
      (hold) => hold,
      ({ id }) => toCursor([id]),
    );
  }

  @Post()
  @May('place legal holds')
  @ApiOperation({
    summary: 'Hold an identity',
    description:
      'It is neither forgotten on request nor when its time is over. The same authority holds the same once.',
  })
  @ApiCreatedResponse({ type: LegalHoldAnswer })
  @ApiOkResponse({ type: LegalHoldAnswer, description: 'It was held before.' })
  @ApiProblem(400, 'It can be no identifier of that type.')
  async place(
    @Body() input: LegalHoldInput,
    @Actor() actor: Staff,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LegalHold> {
    const { created, hold } = await this.holdLegally.ofIdentity(input, actor);
    void reply.status(created ? 201 : 200);
    return hold;
  }

  @Post(':id/releases')
  @May('place legal holds')
  @HttpCode(200)
  @ApiOperation({ summary: 'Propose to release a hold' })
  @ApiOkResponse({ type: LegalHoldAnswer })
  @ApiProblem(404, 'There is no such hold.')
  @ApiProblem(409, 'It is released.')
  async proposeRelease(
    @Param('id') id: string,
    @Body() { reason }: LegalHoldReleaseInput,
    @Actor() actor: Staff,
  ): Promise<LegalHold> {
    return this.holdLegally.proposeRelease(knownId(id, 'legal hold'), reason, actor);
  }

  @Post(':id/releases/approvals')
  @May('release legal holds')
  @HttpCode(200)
  @ApiOperation({ summary: 'Release it: another person than who proposed that' })
  @ApiOkResponse({ type: LegalHoldAnswer })
  @ApiProblem(404, 'There is no such hold.')
  @ApiProblem(409, 'Nobody has proposed it, or somebody else has released it.')
  async release(@Param('id') id: string, @Actor() actor: Staff): Promise<LegalHold> {
    return this.holdLegally.release(knownId(id, 'legal hold'), actor);
  }
}

@StaffController('cases')
export class CaseHoldsController {
  constructor(private readonly holdLegally: HoldLegally) {}

  @Post(':id/legal-holds')
  @May('place legal holds')
  @ApiOperation({ summary: 'Hold everybody whom a case names' })
  @ApiCreatedResponse({ type: LegalHoldAnswer })
  @ApiOkResponse({ type: LegalHoldAnswer, description: 'It was held before.' })
  @ApiProblem(404, 'There is no such case.')
  async place(
    @Param('id') id: string,
    @Body() input: CaseHoldInput,
    @Actor() actor: Staff,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LegalHold> {
    const { created, hold } = await this.holdLegally.ofCase(knownId(id, 'case'), input, actor);
    void reply.status(created ? 201 : 200);
    return hold;
  }
}
