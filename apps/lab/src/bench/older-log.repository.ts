import { type DataSource } from 'typeorm';
import { connectFromOutside } from '../system/database-watch.repository';
import { type Progress } from './bench-row';
import { POWER_LAW_FEED } from './power-law-feed';

/** Rows of one statement: some ten seconds of it. */
const ROWS_AT_ONCE = 500_000;
const STATEMENT_TIMEOUT_MS = 600_000;

/** A token as ingestion makes them: a type, a colon, and 22 characters of base64url. */
const token = (type: string, wallet: string): string =>
  `'${type}:' || left(translate(encode(sha256(('${type}' || ${wallet})::bytea), 'base64'), '+/', '-_'), 22)`;

/** Primes, so that payers and payees are spread over all wallets, and never in step. */
const SPREADS = [7_919, 104_729] as const;
const wallet = (spread: number): string =>
  `(92300000000 + n * ${spread} % ${POWER_LAW_FEED.wallets})::text`;

/**
 * Rows as ingestion stores what the load sends (load/transfer-row.ts): as many columns, tokens and bytes, and their keys.
 * Identities are left out: there are as many as persons, not as transfers. $1 and $2: the first and the last position.
 */
const FILL = `
  with told as materialized (
    select n as position, 'bench-' || (1 + n % 4) as provider, 'S' || n as id, 'bench-' || (1 + (n + 1) % 4) as other,
           ${wallet(SPREADS[0])} as debtor, ${wallet(SPREADS[1])} as creditor
    from generate_series($1::bigint, $2::bigint) as n
  ), tokens as materialized (
    select *, ${token('msisdn', 'debtor')} as sim, ${token('device', 'debtor')} as device,
           ${token('msisdn', 'creditor')} as creditor_sim
    from told
  ), keys as (
    insert into feed.transfer_key (provider_id, transfer_id, positions) select provider, id, array[position] from told
  )
  insert into feed.transfer (position, provider_id, transfer_id, status, type, occurred_at, amount_minor, currency,
                             debtor_provider, debtor_wallet, creditor_provider, creditor_wallet,
                             debtor_tokens, creditor_tokens, particulars)
  select position, provider, id, 'SETTLED', 'P2P', timestamptz '2025-01-01' + position * interval '1 millisecond',
         1 + position * ${SPREADS[0]} % 1000000, 'PKR', provider, debtor, other, creditor,
         array[sim, device], array[creditor_sim],
         jsonb_build_object('channel', 'APP', 'device', jsonb_build_object('id', device),
                            'debtor', jsonb_build_object('msisdn', sim),
                            'creditor', jsonb_build_object('msisdn', creditor_sim))
  from tokens`;

/** An older log beneath the one that is measured: detection has been through it, and nobody reads it again. */
export class OlderLog {
  private constructor(private readonly dataSource: DataSource) {}

  static async of(databaseUrl: string): Promise<OlderLog> {
    return new OlderLog(await connectFromOutside(databaseUrl, STATEMENT_TIMEOUT_MS));
  }

  /** Leaves so many positions free at the beginning of an empty log. */
  async leaveRoom(transfers: number): Promise<void> {
    await this.dataSource.query(`select setval('log.position', $1)`, [transfers]);
  }

  /** Fills that room; then it is as a log that has lain for a while: hint bits are set, and all is on the disk. */
  async fill(transfers: number, progress: Progress, stop: AbortSignal): Promise<void> {
    for (let from = 1; from <= transfers; from += ROWS_AT_ONCE) {
      stop.throwIfAborted();
      progress(from - 1, transfers);
      await this.dataSource.query(FILL, [from, Math.min(from + ROWS_AT_ONCE - 1, transfers)]);
    }
    await this.dataSource.query('vacuum analyze');
    await this.dataSource.query('checkpoint');
  }

  close(): Promise<void> {
    return this.dataSource.destroy();
  }
}
