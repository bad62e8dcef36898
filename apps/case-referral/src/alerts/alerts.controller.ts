import { Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { type Alert } from '#contracts';
import { fromCursor, isSerialPlace, toCursor } from '../page/cursor';
import { knownId, notFound } from '../page/known-id';
import { type Page, toPage } from '../page/page';
import { PageQuery } from '../page/page-query';
import { ApiProblem, StaffController } from '../staff/staff-route';
import { AlertDetailAnswer, AlertPageAnswer } from './alert-answer';
import { AlertRepository, type FoundAlert } from './alert.repository';

@StaffController('alerts')
export class AlertsController {
  constructor(private readonly alerts: AlertRepository) {}

  @Get()
  @ApiOperation({
    summary: 'Every alert, in the order in which they were raised',
    description:
      'An alert keeps its place when it is revised, and new ones join at the end: whoever reads page after page meets each ' +
      'alert exactly once.',
  })
  @ApiOkResponse({ type: AlertPageAnswer })
  @ApiProblem(400, 'A limit or a cursor that is none.')
  async list(@Query() query: PageQuery): Promise<Page<Alert>> {
    const [after] = fromCursor(query.after, isSerialPlace) ?? [0];
    const rows = await this.alerts.list(after, query.limit + 1);
    return toPage(
      rows,
      query.limit,
      ({ alert }) => alert,
      ({ place }) => toCursor([place]),
    );
  }

  @Get(':id')
  @ApiOperation({ summary: 'One alert with the transfers it relies on' })
  @ApiOkResponse({ type: AlertDetailAnswer })
  @ApiProblem(404, 'There is no such alert.')
  async find(@Param('id') id: string): Promise<Alert & Pick<FoundAlert, 'caseId' | 'evidence'>> {
    const found = await this.alerts.find(knownId(id, 'alert'));
    if (found === null) throw notFound('alert');
    const { alert, caseId, evidence } = found;
    return { ...alert, caseId, evidence };
  }
}
