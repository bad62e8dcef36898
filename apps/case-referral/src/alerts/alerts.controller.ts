import { Body, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { type Alert } from '#contracts';
import { type Staff } from '#identity';
import { fromCursor, isSerialPlace, type Page, PageQuery, toCursor, toPage } from '#platform';
import { caseReader } from '../access/case-reader';
import { ApiPurpose, AskedFor, type Purpose, requirePurpose } from '../access/purpose';
import { DisposeAlert } from '../dispositions/dispose-alert';
import { DispositionAnswer, DispositionInput } from '../dispositions/disposition-answer';
import { type Disposition, DispositionRepository } from '../dispositions/disposition.repository';
import { knownId, notFound } from '../page/known-id';
import { Actor } from '../staff/actor';
import { ApiProblem, May, StaffController } from '../staff/staff-route';
import { AlertDetailAnswer, AlertPageAnswer } from './alert-answer';
import { AlertRepository, type FoundAlert } from './alert.repository';

const DISPOSITIONS_SHOWN_MAX = 100;

/** One alert with what it relies on, and what was found of it. */
type AlertDetail = Alert &
  Pick<FoundAlert, 'caseId' | 'evidence'> & { readonly dispositions: readonly Disposition[] };

@StaffController('alerts')
export class AlertsController {
  constructor(
    private readonly alerts: AlertRepository,
    private readonly dispositions: DispositionRepository,
    private readonly disposeAlert: DisposeAlert,
  ) {}

  @Get()
  @May('read alerts')
  @ApiOperation({
    summary: 'Every alert, in the order in which they were raised',
    description:
      'An alert keeps its place when it is revised, and new ones join at the end: whoever reads page after page meets each ' +
      'alert exactly once. Those of sealed cases are among them for whoever reads these and says why.',
  })
  @ApiOkResponse({ type: AlertPageAnswer })
  @ApiPurpose()
  @ApiProblem(400, 'A limit or a cursor that is none.')
  async list(
    @Query() query: PageQuery,
    @Actor() actor: Staff,
    @AskedFor() purpose: Purpose | null,
  ): Promise<Page<Alert>> {
    const [after] = fromCursor(query.after, isSerialPlace) ?? [0];
    const rows = await this.alerts.list(
      after,
      caseReader(actor),
      purpose !== null,
      query.limit + 1,
    );
    return toPage(
      rows,
      query.limit,
      ({ alert }) => alert,
      ({ place }) => toCursor([place]),
    );
  }

  @Get(':id')
  @May('read alerts')
  @ApiOperation({ summary: 'One alert with the transfers it relies on, and what was found of it' })
  @ApiOkResponse({ type: AlertDetailAnswer })
  @ApiPurpose()
  @ApiProblem(404, 'There is no such alert.')
  @ApiProblem(412, 'Its case is sealed, and nobody said why it is opened.')
  async find(
    @Param('id') text: string,
    @Actor() actor: Staff,
    @AskedFor() purpose: Purpose | null,
  ): Promise<AlertDetail> {
    const id = knownId(text, 'alert');
    const found = await this.alerts.find(id, caseReader(actor));
    if (found === null) throw notFound('alert');
    requirePurpose(found.sealed, purpose);
    const { alert, caseId, evidence } = found;
    const dispositions = await this.dispositions.ofAlert(null, id, DISPOSITIONS_SHOWN_MAX);
    return { ...alert, caseId, evidence, dispositions };
  }

  @Post(':id/dispositions')
  @May('find on alerts')
  @ApiOperation({
    summary: 'Confirm or refute an alert',
    description:
      'An entry of the control log. Of several findings the last holds; the same person finding the same again changes ' +
      'nothing.',
  })
  @ApiCreatedResponse({ type: DispositionAnswer })
  @ApiOkResponse({ type: DispositionAnswer, description: 'It was found before.' })
  @ApiPurpose()
  @ApiProblem(400, 'An outcome that is none, or no reason.')
  @ApiProblem(404, 'There is no such alert.')
  @ApiProblem(412, 'Its case is sealed, and nobody said why.')
  async dispose(
    @Param('id') id: string,
    @Body() input: DispositionInput,
    @Actor() actor: Staff,
    @AskedFor() purpose: Purpose | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Disposition> {
    const { created, disposition } = await this.disposeAlert.run(
      knownId(id, 'alert'),
      input,
      actor,
      purpose,
    );
    void reply.status(created ? 201 : 200);
    return disposition;
  }
}
