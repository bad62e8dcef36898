import { Body, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { may, type Staff } from '#identity';
import { fromCursor, isSerialPlace, type Page, PageQuery, toCursor, toPage } from '#platform';
import { AccessRepository } from '../access/access.repository';
import { caseReader } from '../access/case-reader';
import { readable } from '../access/readable';
import { knownId, notFound } from '../page/known-id';
import { Actor } from '../staff/actor';
import { ApiProblem, May, StaffController } from '../staff/staff-route';
import { BacktestAnswer, BacktestDetailAnswer, BacktestPageAnswer } from './backtest-answer';
import { BacktestInput } from './backtest-input';
import { type Backtest, type BacktestDetail, BacktestRepository } from './backtest.repository';
import { CancelBacktest } from './cancel-backtest';
import { RequestBacktest } from './request-backtest';

@StaffController('backtests')
export class BacktestsController {
  constructor(
    private readonly backtests: BacktestRepository,
    private readonly requestBacktest: RequestBacktest,
    private readonly cancelBacktest: CancelBacktest,
    private readonly access: AccessRepository,
  ) {}

  @Get()
  @May('read detection')
  @ApiOperation({ summary: 'Backtests, in the order in which they were asked for' })
  @ApiOkResponse({ type: BacktestPageAnswer })
  @ApiProblem(400, 'A limit or a cursor that is none.')
  async list(@Query() query: PageQuery): Promise<Page<Backtest>> {
    const [after] = fromCursor(query.after, isSerialPlace) ?? [0];
    const rows = await this.backtests.list(after, query.limit + 1);
    return toPage(
      rows,
      query.limit,
      ({ backtest }) => backtest,
      ({ place }) => toCursor([place]),
    );
  }

  @Post()
  @May('run backtests')
  @ApiOperation({
    summary: 'Run a rule pack over the stored transfers, beside the one in force',
    description:
      'In the background: it is taken up by the backtest service, one at a time. Nothing that is judged live depends on it. ' +
      'With `learn`, a scorecard is learnt from the dispositions of alerts first, and proposed. ' +
      'Asking for what is under way already changes nothing.',
  })
  @ApiCreatedResponse({ type: BacktestAnswer })
  @ApiOkResponse({ type: BacktestAnswer, description: 'It is under way already.' })
  @ApiProblem(400, 'The input is not what this route takes.')
  @ApiProblem(404, 'There is no such pack.')
  @ApiProblem(409, 'Too many wait.')
  @ApiProblem(412, 'There is too little to learn from.')
  async request(
    @Body() input: BacktestInput,
    @Actor() actor: Staff,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Backtest> {
    const { created, backtest } = await this.requestBacktest.run(input, actor);
    void reply.status(created ? 201 : 200);
    return backtest;
  }

  @Get(':id')
  @May('read detection')
  @ApiOperation({ summary: 'One backtest: how far it is, and what came of it' })
  @ApiOkResponse({ type: BacktestDetailAnswer })
  @ApiProblem(404, 'There is no such backtest.')
  async find(@Param('id') id: string, @Actor() actor: Staff): Promise<BacktestDetail> {
    const backtest = await this.backtests.find(knownId(id, 'backtest'));
    if (backtest === null) throw notFound('backtest');
    const { report } = backtest;
    if (report === null) return backtest;
    // All are counted; which they are is for whoever may read what they touch.
    const lists = may(actor.roles, 'read alerts') ? [report.gained, report.lost] : [[], []];
    const [gained, lost] = await readable(this.access, caseReader(actor), lists);
    return { ...backtest, report: { ...report, gained: gained!, lost: lost! } };
  }

  @Post(':id/cancellations')
  @May('run backtests')
  @HttpCode(200)
  @ApiOperation({ summary: 'End a backtest; one that has ended stays as it is' })
  @ApiOkResponse({ type: BacktestDetailAnswer })
  @ApiProblem(404, 'There is no such backtest.')
  async cancel(@Param('id') id: string, @Actor() actor: Staff): Promise<BacktestDetail> {
    await this.find(id, actor);
    await this.cancelBacktest.run(id.toLowerCase(), actor);
    return this.find(id, actor);
  }
}
