import { Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { type Staff } from '#identity';
import { type Told } from '#platform';
import { caseReader } from '../access/case-reader';
import { Actor } from '../staff/actor';
import { May, StaffController } from '../staff/staff-route';
import { OverviewAnswer } from './overview-answer';
import { OverviewRepository } from './overview.repository';

@StaffController('overview')
export class OverviewController {
  constructor(private readonly overview: OverviewRepository) {}

  @Get()
  @May('read the overview')
  @ApiOperation({ summary: 'Alerts, cases and money in a few figures' })
  @ApiOkResponse({ type: OverviewAnswer })
  async read(@Actor() actor: Staff): Promise<Told<OverviewAnswer>> {
    return this.overview.read(caseReader(actor));
  }
}
