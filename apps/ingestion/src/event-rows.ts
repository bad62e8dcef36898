import { Injectable } from '@nestjs/common';
import { EVENT_ROW_SCHEMAS } from '#contracts';
import { ContractForm } from './contract-form';
import { EventRepository } from './event.repository';
import { type CheckedEvent, readEvent } from './read-event';
import { type RowKind, type StoreOutcome } from './row-kind';

/** What else a row needs goes by its type. */
const REQUIRED_COLUMNS = ['eventId', 'type', 'occurredAt'];

/** Events, as rows that a provider sends. */
@Injectable()
export class EventRows implements RowKind<'eventId', CheckedEvent> {
  readonly list = 'events';
  readonly id = 'eventId';
  readonly form = new ContractForm(Object.values(EVENT_ROW_SCHEMAS), REQUIRED_COLUMNS);
  readonly read = readEvent;

  constructor(private readonly repository: EventRepository) {}

  idOf({ report }: CheckedEvent): string {
    return report.eventId;
  }

  atMs({ report }: CheckedEvent): number {
    return report.occurredAtMs;
  }

  store(provider: string, rows: readonly CheckedEvent[]): Promise<readonly StoreOutcome[]> {
    return this.repository.store(provider, rows);
  }
}
