import { type DataSource, type EntityManager } from 'typeorm';
import {
  type EvidenceTransfer,
  type IndicatorsRegisteredBody,
  type LogEntry,
  type LogPosition,
  type TransferEntry,
} from '#contracts';
import {
  formatEventTime,
  invariant,
  type PartyKind,
  type TransferStatus,
  type TransferType,
} from '#domain';

interface TransferColumns {
  position: number;
  provider_id: string;
  transfer_id: string;
  status: TransferStatus;
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
  original_position: number | null;
  debtor_tokens: string[] | null;
  creditor_tokens: string[] | null;
}

const NO_TOKENS: readonly string[] = [];

const COLUMNS = `
  position, provider_id, transfer_id, status, type,
  (extract(epoch from occurred_at) * 1000)::float8 as occurred_at_ms,
  amount_minor, currency, debtor_provider, debtor_wallet, debtor_kind,
  creditor_provider, creditor_wallet, creditor_kind, original_position, debtor_tokens, creditor_tokens`;

function toEntry(row: TransferColumns): TransferEntry {
  return {
    kind: 'transfer',
    position: row.position,
    originalPosition: row.original_position,
    debtorTokens: row.debtor_tokens ?? NO_TOKENS,
    creditorTokens: row.creditor_tokens ?? NO_TOKENS,
    transfer: {
      provider: row.provider_id,
      transferId: row.transfer_id,
      status: row.status,
      type: row.type,
      occurredAtMs: Math.floor(row.occurred_at_ms),
      amountMinor: row.amount_minor,
      currency: row.currency,
      debtor: { provider: row.debtor_provider, walletId: row.debtor_wallet, kind: row.debtor_kind },
      creditor: {
        provider: row.creditor_provider,
        walletId: row.creditor_wallet,
        kind: row.creditor_kind,
      },
    },
  };
}

/**
 * The log that detection reads: stored transfers and control entries, in the one order in which they were committed.
 * Positions are handed out in turn (migration `log`), so "after the last position I read" skips nothing.
 */
export class TransferLog {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * @param after exclusive; 0 reads from the beginning
   * @param entriesMax of transfers; control entries that fall between them come on top
   */
  async read(after: LogPosition, entriesMax: number): Promise<LogEntry[]> {
    // One statement, so that both logs are read as of one instant: an entry of one that is missing here cannot have a
    // position below one of the other that is present.
    const rows: (TransferColumns & { name: string | null; body: unknown })[] =
      await this.dataSource.query(
        `with told as materialized (
           select ${COLUMNS}, null::text as name, null::jsonb as body
           from feed.transfer where position > $1 order by position limit $2
         ), bound as (
           select case when count(*) = $2 then max(position) else 9223372036854775807 end as last from told
         )
         select * from told
         union all
         select position, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
                name, body
         from intel.control_entry
         where position > $1 and position <= (select last from bound)
         order by position`,
        [after, entriesMax],
      );
    return rows.map((row): LogEntry => {
      if (row.name === null) return toEntry(row);
      invariant(row.name === 'indicators.registered.v1', 'a control entry has a known name');
      const { indicators } = row.body as IndicatorsRegisteredBody;
      return { kind: row.name, position: row.position, indicators };
    });
  }

  /** The last position in the log; 0 where it is empty. */
  async head(): Promise<LogPosition> {
    const rows: { head: number | null }[] = await this.dataSource.query(
      `select greatest((select max(position) from feed.transfer),
                       (select max(position) from intel.control_entry)) as head`,
    );
    return rows[0]?.head ?? 0;
  }

  /** The transfers at these positions as evidence, in the log's order. Positions that are none are left out. */
  async evidence(
    manager: EntityManager,
    positions: readonly LogPosition[],
  ): Promise<Map<LogPosition, EvidenceTransfer>> {
    const rows: TransferColumns[] = await manager.query(
      `select ${COLUMNS} from feed.transfer where position = any($1::bigint[]) order by position`,
      [positions],
    );
    return new Map(
      rows.map((row) => {
        const { transfer } = toEntry(row);
        return [
          row.position,
          {
            provider: transfer.provider,
            transferId: transfer.transferId,
            occurredAt: formatEventTime(transfer.occurredAtMs),
            type: transfer.type,
            amountMinor: transfer.amountMinor,
            currency: transfer.currency,
            debtor: transfer.debtor,
            creditor: transfer.creditor,
          },
        ];
      }),
    );
  }

  /** Tells detection of indicators, in the transaction that registers them. */
  async appendIndicators(manager: EntityManager, body: IndicatorsRegisteredBody): Promise<void> {
    await manager.query('insert into intel.control_entry (name, body) values ($1, $2::jsonb)', [
      'indicators.registered.v1',
      JSON.stringify(body),
    ]);
  }
}
