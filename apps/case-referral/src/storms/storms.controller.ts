import { Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { type AlertStorm } from '#contracts';
import { fromCursor, isSerialPlace, type Page, PageQuery, toCursor, toPage } from '#platform';
import { ApiProblem, May, StaffController } from '../staff/staff-route';
import { StormPageAnswer } from './storm-answer';
import { StormRepository } from './storm.repository';

@StaffController('alert-storms')
export class StormsController {
  constructor(private readonly storms: StormRepository) {}

  @Get()
  @May('read detection')
  @ApiOperation({
    summary: 'Hours of the feed in which alerts were held back, in the order in which they came',
    description:
      'Where the pack in force would raise more alerts in an hour than it allows (`risk.alertsPerHourMax`), the rest is ' +
      'held back and counted here.',
  })
  @ApiOkResponse({ type: StormPageAnswer })
  @ApiProblem(400, 'A limit or a cursor that is none.')
  async list(@Query() query: PageQuery): Promise<Page<AlertStorm>> {
    const [after] = fromCursor(query.after, isSerialPlace) ?? [0];
    const rows = await this.storms.list(after, query.limit + 1);
    return toPage(
      rows,
      query.limit,
      ({ storm }) => storm,
      ({ place }) => toCursor([place]),
    );
  }
}
