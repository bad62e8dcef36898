import { Controller, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type TransfersAnswer } from '#contracts';
import { AppError } from '#domain';
import { Mappings } from './mapping/mappings';
import { TakeRequest } from './take-request';
import { TransferRows } from './transfer-rows';
import { TRANSFERS_OPERATION } from './transfers-operation';

@ApiTags('transfers')
@ApiBearerAuth()
@Controller('v1/transfers')
export class TransfersController {
  constructor(
    private readonly takeRequest: TakeRequest,
    private readonly rows: TransferRows,
    private readonly mappings: Mappings,
  ) {}

  /** Throws UNAUTHENTICATED, UNSUPPORTED_MEDIA_TYPE, OVERLOADED, TOO_LARGE, INVALID_INPUT, UNAVAILABLE, in this order; NOT_FOUND for a mapping. */
  @Post()
  @HttpCode(200)
  @ApiOperation(TRANSFERS_OPERATION)
  @ApiQuery({
    name: 'mapping',
    required: false,
    type: String,
    description: 'How to read rows in columns of one’s own: `NAME`, or `NAME@3` for that version.',
  })
  take(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query('mapping') mapping?: unknown,
  ): Promise<TransfersAnswer> {
    if (mapping === undefined) return this.takeRequest.run(this.rows, request, reply);
    return this.takeRequest.run(this.rows, request, reply, (provider) => {
      if (typeof mapping === 'string') return this.mappings.formOf(provider, mapping);
      throw new AppError('INVALID_INPUT', 'name one mapping');
    });
  }
}
