import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type TransfersAnswer } from '#contracts';
import { ContractForm } from '../contract-form';
import { type Documents } from '../row-kind';
import { TakeRequest } from '../take-request';
import { ISO20022_OPERATION } from './iso20022-operation';
import { type IsoTransaction, transactionsOfJson, transactionsOfXml } from './iso-message';
import { IsoPaymentRepository } from './iso-payment.repository';
import { idInTransaction, idOfIso, isPayment, readIso, textOfTransaction } from './iso-rows';
import { ProviderCodes } from './provider-codes.repository';

/** Messages have columns of nobody's own. */
const FORM = new ContractForm([], []);
const DOCUMENTS: Documents = {
  'application/xml': transactionsOfXml,
  'text/xml': transactionsOfXml,
  'application/json': transactionsOfJson,
};

@ApiTags('ISO 20022')
@ApiBearerAuth()
@Controller('v1/iso20022')
export class Iso20022Controller {
  constructor(
    private readonly takeRequest: TakeRequest,
    private readonly repository: IsoPaymentRepository,
    private readonly codes: ProviderCodes,
  ) {}

  /** Throws UNAUTHENTICATED, UNSUPPORTED_MEDIA_TYPE, OVERLOADED, TOO_LARGE, INVALID_INPUT, UNAVAILABLE, in this order. */
  @Post()
  @HttpCode(200)
  @ApiOperation(ISO20022_OPERATION)
  async take(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TransfersAnswer> {
    const providerOf = await this.codes.providerOf();
    return this.takeRequest.run(
      {
        list: 'messages',
        id: 'transferId',
        form: FORM,
        documents: DOCUMENTS,
        idIn: idInTransaction,
        textOf: textOfTransaction,
        read: (value, sender, makeSafe) =>
          readIso(value as IsoTransaction, sender, makeSafe, providerOf),
        idOf: idOfIso,
        atMs: (row) => (isPayment(row) ? row.checked.report.occurredAtMs : row.occurredAtMs),
        store: (provider, rows) => this.repository.store(provider, rows),
      },
      request,
      reply,
    );
  }
}
