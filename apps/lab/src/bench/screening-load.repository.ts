import { type DataSource } from 'typeorm';
import { connectFromOutside } from '../system/database-watch.repository';

const STATEMENT_TIMEOUT_MS = 600_000;
/** Of one case. */
const ALERTS_PER_CASE = 10;

const idOf = (prefix: string, n: string): string =>
  `('${prefix}0000000-0000-7000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`;

const CASES = `
  insert into referral.case_file (id, revision, opened_at, as_of, risk, held_minor, fingerprint, body)
  select ${idOf('c', 'n')}, 1, now(), now(), n % 100, 0, 'f', '{}' from generate_series(0, $1::bigint / ${ALERTS_PER_CASE}) as n`;

/** With small bodies: a look reads none of them. */
const ALERTS = `
  insert into referral.alert (id, listed_at, case_id, revision, typologies, body)
  select ${idOf('a', 'n')}, n, ${idOf('c', `n / ${ALERTS_PER_CASE}`)}, 1, '{}', '{}' from generate_series(1, $1::bigint) as n`;

/** Transfers that alerts rely on, each of one alert, with whom and what they name. */
const EVIDENCE = `
  insert into referral.case_transfer (provider, transfer_id, case_id, creditor_provider, creditor_wallet, body, named)
  select provider_id, transfer_id, ${idOf('c', `position % $1::bigint / ${ALERTS_PER_CASE}`)}, creditor_provider, creditor_wallet, '{}',
         referral.named_in(f)
  from feed.transfer f where position > $2 on conflict do nothing`;

/** What looks before paying look at: cases over stored transfers. */
export class ScreeningLoad {
  private constructor(private readonly dataSource: DataSource) {}

  static async of(databaseUrl: string): Promise<ScreeningLoad> {
    return new ScreeningLoad(await connectFromOutside(databaseUrl, STATEMENT_TIMEOUT_MS));
  }

  async letProvidersLook(): Promise<void> {
    await this.dataSource.query(`update feed.provider_key set scopes = '{report,screen}'`);
  }

  /** Makes so many alerts over the transfers that are stored, an alert each and the rest with them. */
  async fill(alerts: number): Promise<void> {
    await this.dataSource.query(CASES, [alerts]);
    await this.dataSource.query(ALERTS, [alerts]);
    await this.dataSource.query(EVIDENCE, [alerts, 0]);
    await this.dataSource.query('vacuum analyze');
    await this.dataSource.query('checkpoint');
  }

  /** How many looks were answered with each band. */
  async bands(): Promise<Readonly<Record<string, number>>> {
    const rows: { band: string; looks: number }[] = await this.dataSource.query(
      'select band, count(*)::int as looks from feed.screening group by band order by band',
    );
    return Object.fromEntries(rows.map(({ band, looks }) => [band, looks]));
  }

  close(): Promise<void> {
    return this.dataSource.destroy();
  }
}
