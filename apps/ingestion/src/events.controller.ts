import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type EventsAnswer } from '#contracts';
import { EventRepository } from './event.repository';
import { EVENTS_OPERATION } from './events-operation';
import { type CheckedEvent, readEvent } from './read-event';
import { type RowKind } from './row-kind';
import { TakeRequest } from './take-request';

@ApiTags('events')
@ApiBearerAuth()
@Controller('v1/events')
export class EventsController {
  private readonly events: RowKind<'eventId', CheckedEvent>;

  constructor(
    private readonly takeRequest: TakeRequest,
    repository: EventRepository,
  ) {
    this.events = {
      list: 'events',
      id: 'eventId',
      read: readEvent,
      idOf: ({ report }) => report.eventId,
      atMs: ({ report }) => report.occurredAtMs,
      store: (provider, rows) => repository.store(provider, rows),
    };
  }

  /** Throws UNAUTHENTICATED, UNSUPPORTED_MEDIA_TYPE, OVERLOADED, TOO_LARGE, INVALID_INPUT, UNAVAILABLE, in this order. */
  @Post()
  @HttpCode(200)
  @ApiOperation(EVENTS_OPERATION)
  take(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EventsAnswer> {
    return this.takeRequest.run(this.events, request, reply);
  }
}
