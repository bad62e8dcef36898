import { type CustomTransportStrategy, BaseRpcContext, Server } from '@nestjs/microservices';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastValueFrom } from 'rxjs';
import { type DataSource, type EntityManager } from 'typeorm';
import { type PreparedStatement, runPrepared } from '#persistence';
import { type OutboxName, readOutbox } from './outbox';
import { WakeUp } from './wake-up';

// Of each batch of events, however small: prepared, since planning them takes longer than running them.
const LOCK_INBOX: PreparedStatement = {
  name: 'lock-inbox',
  text: 'select position from referral.inbox where source = $1 for update',
};
const MOVE_INBOX: PreparedStatement = {
  name: 'move-inbox',
  text: 'update referral.inbox set position = $2 where source = $1',
};

/** Events handled in one transaction. */
const EVENTS_PER_BATCH_MAX = 1_000;
/** After a failure the same batch is tried again, at first soon, then ever more slowly; it is never skipped. */
const RETRY_FIRST_MS = 200;
const RETRY_MAX_MS = 10_000;

/**
 * The pattern called once after the last event of a batch, in the same transaction: for what would be dear to do anew after
 * each event. Its body is null.
 */
export const OUTBOX_BATCH_END = 'outbox.batch-end';

/** What a handler gets beside the event's body. */
export class OutboxContext extends BaseRpcContext<[EntityManager, number]> {
  /** The transaction in which the event is also marked as read: write through it, or an event may count twice. */
  get manager(): EntityManager {
    return this.args[0];
  }

  /** The event's place in its outbox. */
  get position(): number {
    return this.args[1];
  }
}

/**
 * Nest's way in for the events of an outbox: `@EventPattern(name)` handlers are called in the outbox's order, in one
 * transaction with the mark of how far it was read. So each event takes effect exactly once, whatever crashes when.
 *
 * The row of `referral.inbox` is locked meanwhile: of several instances one reads, the others wait.
 */
export class OutboxServer extends Server implements CustomTransportStrategy {
  private readonly wakeUp: WakeUp;
  private running: Promise<void> | null = null;
  private closing = false;
  private failures = 0;

  constructor(
    private readonly dataSource: DataSource,
    databaseUrl: string,
    private readonly outbox: OutboxName,
  ) {
    super();
    this.wakeUp = new WakeUp(databaseUrl, 'alerts');
  }

  listen(callback: () => void): void {
    this.running = this.run();
    callback();
  }

  /** Ends after the batch in hand. */
  async close(): Promise<void> {
    this.closing = true;
    await this.wakeUp.close();
    await this.running;
  }

  /** Batches that failed one after the other, up to now; 0 when all is well. */
  get failuresInARow(): number {
    return this.failures;
  }

  override on(): never {
    throw new Error('the outbox server has no events of its own');
  }

  override unwrap(): never {
    throw new Error('the outbox server has no broker below it');
  }

  private async run(): Promise<void> {
    await this.wakeUp.open();
    while (!this.closing) {
      try {
        const handled = await this.handleBatch();
        this.failures = 0;
        if (handled < EVENTS_PER_BATCH_MAX) await this.wakeUp.wait();
      } catch (error) {
        this.failures += 1;
        this.logger.error(
          { err: error, failuresInARow: this.failures },
          'events wait: a batch failed',
        );
        await sleep(Math.min(RETRY_FIRST_MS * 2 ** this.failures, RETRY_MAX_MS));
      }
    }
  }

  private async handleBatch(): Promise<number> {
    return this.dataSource.transaction(async (manager) => {
      const after = await this.lockInbox(manager);
      const events = await readOutbox(manager, this.outbox, after, EVENTS_PER_BATCH_MAX);
      for (const event of events) {
        await this.call(event.name, event.body, new OutboxContext([manager, event.position]));
      }
      const last = events.at(-1);
      if (last !== undefined) {
        await this.call(OUTBOX_BATCH_END, null, new OutboxContext([manager, last.position]));
        await runPrepared(manager, MOVE_INBOX, [this.outbox, last.position]);
      }
      return events.length;
    });
  }

  /** An event that nobody has a handler for is passed over. */
  private async call(pattern: string, body: unknown, context: OutboxContext): Promise<void> {
    // Not `getHandlerByPattern`: it takes every name for JSON first, and throws and catches an error over each.
    const handler = this.messageHandlers.get(pattern);
    if (handler === undefined) return;
    // Nest answers with an Observable that carries the handler's error: not awaited, it would be lost.
    await lastValueFrom(this.transformToObservable(await handler(body, context)), {
      defaultValue: undefined,
    });
  }

  private async lockInbox(manager: EntityManager): Promise<number> {
    const rows = await runPrepared<{ position: number }>(manager, LOCK_INBOX, [this.outbox]);
    if (rows[0] !== undefined) return rows[0].position;
    await manager.query(
      'insert into referral.inbox (source, position) values ($1, 0) on conflict (source) do nothing',
      [this.outbox],
    );
    return this.lockInbox(manager);
  }
}
