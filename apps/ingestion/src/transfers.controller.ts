import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type TransfersAnswer } from '#contracts';
import { readTransfer, type CheckedRow } from './read-transfer';
import { type RowKind } from './row-kind';
import { TakeRequest } from './take-request';
import { TransferRepository } from './transfer.repository';
import { TRANSFERS_OPERATION } from './transfers-operation';

@ApiTags('transfers')
@ApiBearerAuth()
@Controller('v1/transfers')
export class TransfersController {
  private readonly transfers: RowKind<'transferId', CheckedRow>;

  constructor(
    private readonly takeRequest: TakeRequest,
    repository: TransferRepository,
  ) {
    this.transfers = {
      list: 'transfers',
      id: 'transferId',
      read: readTransfer,
      idOf: ({ report }) => report.transferId,
      atMs: ({ report }) => report.occurredAtMs,
      sequenceOf: ({ sequence }) => sequence,
      store: (provider, rows) => repository.store(provider, rows),
    };
  }

  /** Throws UNAUTHENTICATED, UNSUPPORTED_MEDIA_TYPE, OVERLOADED, TOO_LARGE, INVALID_INPUT, UNAVAILABLE, in this order. */
  @Post()
  @HttpCode(200)
  @ApiOperation(TRANSFERS_OPERATION)
  take(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TransfersAnswer> {
    return this.takeRequest.run(this.transfers, request, reply);
  }
}
