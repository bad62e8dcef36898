import { setImmediate } from 'node:timers/promises';
import { type DataSource, type EntityManager } from 'typeorm';
import {
  type ControlBody,
  type ControlKind,
  type EvidenceTransfer,
  type LogEntry,
  type LogPosition,
} from '#contracts';
import { formatEventTime, invariant, type PartyKind, type TransferType } from '#domain';
import { runPrepared } from '#persistence';
import { entriesOf, FactsReader, PAGE_STATEMENT, type PageColumns } from './log-page';

interface EvidenceColumns {
  position: number;
  provider_id: string;
  transfer_id: string;
  type: TransferType;
  occurred_at_ms: number;
  amount_minor: number;
  currency: string;
  debtor_provider: string;
  debtor_wallet: string;
  debtor_kind: PartyKind | null;
  creditor_provider: string;
  creditor_wallet: string;
  creditor_kind: PartyKind | null;
}

const EVIDENCE = `
  select position, provider_id, transfer_id, type,
         (extract(epoch from occurred_at) * 1000)::float8 as occurred_at_ms,
         amount_minor, currency, debtor_provider, debtor_wallet, debtor_kind,
         creditor_provider, creditor_wallet, creditor_kind
  from feed.transfer where position = any($1::bigint[]) order by position`;

const toEvidence = (row: EvidenceColumns): EvidenceTransfer => ({
  provider: row.provider_id,
  transferId: row.transfer_id,
  occurredAt: formatEventTime(Math.floor(row.occurred_at_ms)),
  type: row.type,
  amountMinor: row.amount_minor,
  currency: row.currency,
  debtor: { provider: row.debtor_provider, walletId: row.debtor_wallet, kind: row.debtor_kind },
  creditor: {
    provider: row.creditor_provider,
    walletId: row.creditor_wallet,
    kind: row.creditor_kind,
  },
});

/** Transfers kept as evidence: some 600 bytes each. */
const EVIDENCE_KEPT_MAX = 50_000;

/** The reader at the head of the log asks dozens of times a second for a few: planning it cost more than answering it. */
const PAGE = { name: 'log-page', text: PAGE_STATEMENT } as const;

/** Transfers of a page, where a whole stretch of the log is read: larger ones are no cheaper, and two are in memory. */
const TRANSFERS_PER_PAGE = 5_000;

/**
 * The log that detection reads: stored transfers, events and control entries, in the one order in which they were committed.
 * Positions are handed out in turn (migration `log`), so "after the last position I read" skips nothing.
 */
export class TransferLog {
  private readonly words = new FactsReader();
  /** What stands in the log never changes, and the same alert is told of again and again. */
  private readonly told = new Map<LogPosition, EvidenceTransfer>();

  constructor(private readonly dataSource: DataSource) {}

  /**
   * @param after exclusive; 0 reads from the beginning
   * @param entriesMax of transfers, and of events; control entries that fall between them come on top
   * @param upTo inclusive; where it is left out, to the end
   */
  async read(
    after: LogPosition,
    entriesMax: number,
    upTo: LogPosition = Number.MAX_SAFE_INTEGER,
  ): Promise<LogEntry[]> {
    const [page] = await runPrepared<PageColumns>(this.dataSource.manager, PAGE, [
      after,
      entriesMax,
      upTo,
    ]);
    invariant(page !== undefined, 'an aggregate gives one row');
    return entriesOf(page, this.words);
  }

  /**
   * A stretch of the log, a page at a time. While a page is worked on, the server prepares the next one and no other: at
   * most two are in memory. Leaving the loop early waits for that one, so that nothing is left running.
   *
   * @param after exclusive; 0 reads from the beginning
   * @param upTo inclusive
   */
  async *pages(
    after: LogPosition,
    upTo: LogPosition,
    transfersPerPage = TRANSFERS_PER_PAGE,
  ): AsyncGenerator<LogEntry[], void, void> {
    const ask = (from: LogPosition): Promise<LogEntry[]> => {
      const page = this.read(from, transfersPerPage, upTo);
      // It may fail while the reader is busy with the page before. Whoever awaits it next is told.
      page.catch(() => undefined);
      return page;
    };
    let next = ask(after);
    try {
      for (;;) {
        const page = await next;
        const last = page.at(-1);
        if (last === undefined) return;
        if (last.position >= upTo) {
          yield page;
          return;
        }
        next = ask(last.position);
        // The question is only written once the event loop turns, and whoever works on the page holds it up for long.
        await setImmediate();
        yield page;
      }
    } finally {
      await next.catch(() => undefined);
    }
  }

  /** The last position that is read of the log; 0 where it is empty. */
  async head(): Promise<LogPosition> {
    const rows: { head: number | null }[] = await this.dataSource.query(
      `select greatest((select position from feed.transfer where not echo order by position desc limit 1),
                       (select max(position) from feed.event),
                       (select max(position) from intel.control_entry)) as head`,
    );
    return rows[0]?.head ?? 0;
  }

  /** The transfers at these positions as evidence. Positions that are none are left out. */
  async evidence(
    manager: EntityManager,
    positions: readonly LogPosition[],
  ): Promise<Map<LogPosition, EvidenceTransfer>> {
    const found = new Map<LogPosition, EvidenceTransfer>();
    const missing = positions.filter((position) => {
      const known = this.told.get(position);
      if (known !== undefined) found.set(position, known);
      return known === undefined;
    });
    const rows: EvidenceColumns[] =
      missing.length === 0 ? [] : await manager.query(EVIDENCE, [missing]);
    for (const row of rows) found.set(row.position, toEvidence(row));
    this.remember(found);
    return found;
  }

  /** What was asked for lately stays, whatever else is asked for. */
  private remember(asked: ReadonlyMap<LogPosition, EvidenceTransfer>): void {
    for (const [position, transfer] of asked) {
      this.told.delete(position);
      this.told.set(position, transfer);
    }
    for (const position of this.told.keys()) {
      if (this.told.size <= EVIDENCE_KEPT_MAX) break;
      this.told.delete(position);
    }
  }

  /**
   * Tells detection something, in the transaction that makes it so. From here on every writer of the log waits for its end.
   *
   * @returns the entry's place in the log
   */
  async appendControl<Kind extends ControlKind>(
    manager: EntityManager,
    kind: Kind,
    body: ControlBody<Kind>,
  ): Promise<LogPosition> {
    const rows: { position: number }[] = await manager.query(
      'insert into intel.control_entry (name, body) values ($1, $2::jsonb) returning position',
      [kind, JSON.stringify(body)],
    );
    return rows[0]!.position;
  }
}
