import { type DataSource, type EntityManager } from 'typeorm';
import { type OutboxEvent } from '#contracts';
import { runPrepared } from '#persistence';

export interface StoredEvent extends OutboxEvent {
  readonly position: number;
}

/** The tables that events wait in, by who writes them. */
const OUTBOXES = { scoring: 'scoring.outbox', referral: 'referral.outbox' } as const;
export type OutboxName = keyof typeof OUTBOXES;

/** Events of one statement: some 50 MB of alerts that are as large as they become, and PostgreSQL reads 256 MB of JSON at once. */
const EVENTS_AT_ONCE = 1_000;

/** Puts events in the outbox, in the transaction of what they tell of. They are read in the order given. */
export async function appendToOutbox(
  manager: EntityManager,
  outbox: OutboxName,
  events: readonly OutboxEvent[],
): Promise<void> {
  for (let from = 0; from < events.length; from += EVENTS_AT_ONCE) {
    const some = events.slice(from, from + EVENTS_AT_ONCE);
    // Bodies come as one document: as an array of documents each of their many quotes would be escaped, and read back.
    const statement = {
      name: `append-to-outbox-${outbox}`,
      text: `
      insert into ${OUTBOXES[outbox]} (name, body)
      select name, body
      from rows from (unnest($1::text[]), jsonb_array_elements($2::jsonb)) with ordinality as told(name, body, place)
      order by place`,
    };
    await runPrepared(manager, statement, [
      some.map(({ name }) => name),
      JSON.stringify(some.map(({ body }) => body)),
    ]);
  }
}

/** @param after exclusive; 0 reads from the beginning */
export async function readOutbox(
  manager: EntityManager,
  outbox: OutboxName,
  after: number,
  eventsMax: number,
): Promise<StoredEvent[]> {
  const statement = {
    name: `read-outbox-${outbox}`,
    text: `select position, name, body from ${OUTBOXES[outbox]} where position > $1 order by position limit $2`,
  };
  return runPrepared<StoredEvent>(manager, statement, [after, eventsMax]);
}

/** The position of the last event; 0 where there is none. */
export async function outboxHead(
  source: DataSource | EntityManager,
  outbox: OutboxName,
): Promise<number> {
  const rows: { head: number | null }[] = await source.query(
    `select max(position) as head from ${OUTBOXES[outbox]}`,
  );
  return rows[0]?.head ?? 0;
}
