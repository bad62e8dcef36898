import { type DataSource } from 'typeorm';
import { type TransferEntry } from '#contracts';

/**
 * A token as ingestion stores them, for one transfer in four: an HMAC in base64url. Those of one wallet are alike.
 *
 * Ingestion's own statement is not used: it also keeps keys and identities, which a rebuild does not read.
 */
const FILL = `
  insert into feed.transfer (position, provider_id, transfer_id, status, type, occurred_at, amount_minor, currency,
                             debtor_provider, debtor_wallet, debtor_kind, creditor_provider, creditor_wallet, creditor_kind,
                             debtor_tokens)
  select position, provider, transfer_id, status, type,
         timestamptz 'epoch' + occurred_at_ms * interval '1 millisecond', amount_minor, currency,
         debtor_provider, debtor_wallet, debtor_kind, creditor_provider, creditor_wallet, creditor_kind,
         case when position % 4 = 0 then
           array['msisdn:' || translate(rtrim(encode(sha256(debtor_wallet::bytea), 'base64'), '='), '+/', '-_')]
         end
  from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::text[],
              $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[])
    as told (position, provider, transfer_id, status, type, occurred_at_ms, amount_minor, currency,
             debtor_provider, debtor_wallet, debtor_kind, creditor_provider, creditor_wallet, creditor_kind)`;

/** Stores a feed in the log as it is, for a rebuild to read. The log is the benchmark's own: nobody else writes it. */
export class StoredFeedRepository {
  constructor(private readonly dataSource: DataSource) {}

  async store(entries: readonly TransferEntry[]): Promise<void> {
    const column = (read: (entry: TransferEntry) => unknown): unknown[] => entries.map(read);
    await this.dataSource.query(FILL, [
      column(({ position }) => position),
      column(({ transfer }) => transfer.provider),
      column(({ transfer }) => transfer.transferId),
      column(({ transfer }) => transfer.status),
      column(({ transfer }) => transfer.type),
      column(({ transfer }) => transfer.occurredAtMs),
      column(({ transfer }) => transfer.amountMinor),
      column(({ transfer }) => transfer.currency),
      column(({ transfer }) => transfer.debtor.provider),
      column(({ transfer }) => transfer.debtor.walletId),
      column(({ transfer }) => transfer.debtor.kind),
      column(({ transfer }) => transfer.creditor.provider),
      column(({ transfer }) => transfer.creditor.walletId),
      column(({ transfer }) => transfer.creditor.kind),
    ]);
  }

  /** As a log that has lain for a while: hint bits are set, statistics are there. */
  async settle(): Promise<void> {
    await this.dataSource.query('vacuum analyze feed.transfer');
  }

  /** The process id of the server's side of a connection. With one connection in the pool it is that of all queries. */
  async serverProcess(): Promise<number> {
    const rows: { pid: number }[] = await this.dataSource.query('select pg_backend_pid() as pid');
    return rows[0]!.pid;
  }
}
