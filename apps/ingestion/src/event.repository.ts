import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type FeedEventType, invariant } from '#domain';
import { type EventParticulars, type EventReport, judgeEvent } from './event-report';
import { thisMonth } from './identity-memory';
import { type CheckedEvent } from './read-event';
import { type StoreOutcome } from './row-kind';
import { Turns } from './turns';

// One statement a batch, and its text never changes. It commits by itself, so nobody waits for this process while it has the
// turn. The insert takes the turn before it draws its first row; only then are positions handed out, in the order of the
// batch. An event that is stored, or that came earlier in the batch, is left as it is: its content never changes, so what it
// says may be compared afterwards, without the turn.
const STORE_NEW = `
  with told as materialized (
    select * from unnest($2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::jsonb[]) with ordinality
      as row (event_id, type, occurred_at_ms, wallet_provider, wallet_id, particulars, place)
  ),
  event as (
    insert into feed.event (position, provider_id, event_id, type, occurred_at, wallet_provider, wallet_id, particulars)
    select nextval('log.position'), $1, event_id, type,
           timestamptz 'epoch' + occurred_at_ms * interval '1 millisecond', wallet_provider, wallet_id, particulars
    from (select * from told order by place) as in_order
    on conflict (provider_id, event_id) do nothing
    returning event_id
  ),
  -- Reading event puts this after the turn was taken: two batches that name the same identities in another order would
  -- otherwise wait for one another. A row that is not stored leaves nothing of what it names.
  identity as materialized (
    select feed.keep_identities(array_agg(token), array_agg(type), array_agg(sealed), array_agg(key_version), $13::date) as kept
    from unnest($8::text[], $9::text[], $10::text[], $11::bytea[], $12::integer[])
      as named (event_id, token, type, sealed, key_version)
    join event using (event_id)
  )
  select event_id, (select kept from identity) from event`;

const STORED = `
  select event_id, type, (extract(epoch from occurred_at) * 1000)::bigint as occurred_at_ms,
         wallet_provider, wallet_id, particulars
  from feed.event where provider_id = $1 and event_id = any ($2::text[])`;

interface StoredColumns {
  event_id: string;
  type: FeedEventType;
  occurred_at_ms: number;
  wallet_provider: string | null;
  wallet_id: string | null;
  particulars: EventParticulars;
}

/** Each holds a connection while it waits for the turn at the log, which one of them has: a third would gain nothing. */
const STATEMENTS_MAX = 2;

/** Keeps the events of the feed, each once, in the order told. */
@Injectable()
export class EventRepository {
  private readonly turns = new Turns(STATEMENTS_MAX);

  constructor(private readonly dataSource: DataSource) {}

  /**
   * Stores a batch, as if its rows had come one after the other. It is committed when this returns.
   *
   * @returns what became of each row, in their order
   */
  async store(provider: string, rows: readonly CheckedEvent[]): Promise<readonly StoreOutcome[]> {
    if (rows.length === 0) return [];
    const stored = await this.turns.run(provider, () => this.storeNew(provider, rows));
    const isStored = ({ report: { eventId } }: CheckedEvent, at: number): boolean =>
      stored.get(eventId) === at;
    const known = rows.filter((row, at) => !isStored(row, at));
    const before = await this.load(
      provider,
      known.map(({ report }) => report.eventId),
    );
    return rows.map((row, at): StoreOutcome => {
      if (isStored(row, at)) return { kind: 'accepted' };
      const told = before.get(row.report.eventId);
      invariant(told !== undefined, 'what was not stored now was stored before');
      return judgeEvent(told, row.report);
    });
  }

  /** @returns the events that were stored now, each with the place in the batch of the row that told of it */
  private async storeNew(
    provider: string,
    rows: readonly CheckedEvent[],
  ): Promise<ReadonlyMap<string, number>> {
    const stored: { event_id: string }[] = await this.dataSource.query(STORE_NEW, [
      provider,
      ...eventColumns(rows.map(({ report }) => report)),
      ...identityColumns(rows),
    ]);
    const first = new Map<string, number>();
    for (const [at, { report }] of rows.entries()) {
      if (!first.has(report.eventId)) first.set(report.eventId, at);
    }
    return new Map(stored.map(({ event_id: id }) => [id, first.get(id)!]));
  }

  private async load(
    provider: string,
    eventIds: readonly string[],
  ): Promise<ReadonlyMap<string, EventReport>> {
    if (eventIds.length === 0) return new Map();
    const stored: StoredColumns[] = await this.dataSource.query(STORED, [provider, eventIds]);
    return new Map(stored.map((row) => [row.event_id, toReport(row)]));
  }
}

const toReport = (row: StoredColumns): EventReport => ({
  eventId: row.event_id,
  type: row.type,
  occurredAtMs: row.occurred_at_ms,
  wallet:
    row.wallet_provider === null || row.wallet_id === null
      ? null
      : { provider: row.wallet_provider, walletId: row.wallet_id },
  particulars: row.particulars,
});

/** One array a column: parameters $2 to $7. */
function eventColumns(reports: readonly EventReport[]): unknown[][] {
  const column = (read: (report: EventReport) => unknown): unknown[] => reports.map(read);
  return [
    column(({ eventId }) => eventId),
    column(({ type }) => type),
    column(({ occurredAtMs }) => occurredAtMs),
    column(({ wallet }) => wallet?.provider ?? null),
    column(({ wallet }) => wallet?.walletId ?? null),
    column(({ particulars }) => JSON.stringify(particulars)),
  ];
}

/** Each identity with each event that names it: parameters $8 to $13. */
function identityColumns(rows: readonly CheckedEvent[]): unknown[] {
  const named = rows.flatMap(({ report, identities }) =>
    identities.map((identity) => ({ eventId: report.eventId, ...identity })),
  );
  return [
    named.map(({ eventId }) => eventId),
    named.map(({ token }) => token),
    named.map(({ type }) => type),
    named.map(({ sealed }) => sealed),
    named.map(({ keyVersion }) => keyVersion),
    thisMonth(),
  ];
}
