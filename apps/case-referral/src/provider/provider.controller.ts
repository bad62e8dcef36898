import { Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { AppError } from '#domain';
import { type Staff } from '#identity';
import { type Told } from '#platform';
import { ID_LENGTH_MAX, PLAIN_TEXT } from '../operations/operation-input';
import { notFound } from '../page/known-id';
import { Actor } from '../staff/actor';
import { ApiProblem, May, StaffController } from '../staff/staff-route';
import { ReportedTransferAnswer } from './reported-transfer-answer';
import { ReportedTransferRepository } from './reported-transfer.repository';

/** What a compliance officer sees: their own provider's, alone. */
@StaffController('provider')
export class ProviderController {
  constructor(private readonly transfers: ReportedTransferRepository) {}

  @Get('transfers/:id')
  @May('read own provider')
  @ApiOperation({
    summary: 'A transfer that your provider reported, with every status it was reported with',
    description:
      'To reconcile: what was answered with 200 is here. It says nothing of what anybody thinks of it.',
  })
  @ApiOkResponse({ type: ReportedTransferAnswer })
  @ApiProblem(404, 'Your provider reported none by that id.')
  @ApiProblem(412, 'Nobody has said which provider you are of.')
  async find(
    @Param('id') transferId: string,
    @Actor() { provider }: Staff,
  ): Promise<Told<ReportedTransferAnswer>> {
    if (provider === null) {
      throw new AppError(
        'PRECONDITION_FAILED',
        'your sign-in says of no provider that you are theirs',
      );
    }
    const isId = transferId.length <= ID_LENGTH_MAX && PLAIN_TEXT.test(transferId);
    const found = isId ? await this.transfers.find(provider, transferId) : null;
    if (found === null) throw notFound('transfer');
    return { provider, transferId, ...found };
  }
}
