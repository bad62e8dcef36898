import { Controller, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type EventsAnswer } from '#contracts';
import { AppError } from '#domain';
import { EVENTS_OPERATION } from './events-operation';
import { TakeRequest } from './take-request';
import { EventRows } from './event-rows';

@ApiTags('events')
@ApiBearerAuth()
@Controller('v1/events')
export class EventsController {
  constructor(
    private readonly takeRequest: TakeRequest,
    private readonly rows: EventRows,
  ) {}

  /** Throws UNAUTHENTICATED, UNSUPPORTED_MEDIA_TYPE, OVERLOADED, TOO_LARGE, INVALID_INPUT, UNAVAILABLE, in this order. */
  @Post()
  @HttpCode(200)
  @ApiOperation(EVENTS_OPERATION)
  take(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query('mapping') mapping?: unknown,
  ): Promise<EventsAnswer> {
    return this.takeRequest.run(this.rows, request, reply, () => {
      if (mapping === undefined) return this.rows.form;
      throw new AppError(
        'INVALID_INPUT',
        'mappings are for transfers: send events as this route says',
      );
    });
  }
}
