import { type DataSource } from 'typeorm';

interface Reported {
  readonly provider: string;
  readonly transferId: string;
  readonly debtorWallet?: string;
  readonly creditorWallet?: string;
  /** In the order they came. */
  readonly statuses?: readonly string[];
  readonly particulars?: object | null;
}

/** A transfer as ingestion stores it, as far as matters here: both wallets are of the provider's. */
export async function reported(
  dataSource: DataSource,
  {
    provider,
    transferId,
    debtorWallet = 'a',
    creditorWallet = 'b',
    statuses = ['SETTLED'],
    particulars = null,
  }: Reported,
): Promise<void> {
  await dataSource.query(
    `with places as (select nextval('log.position') as position, status, n from unnest($5::text[]) with ordinality as told(status, n)),
     keyed as (insert into feed.transfer_key select $1, $2, array_agg(position order by n) from places)
     insert into feed.transfer (position, provider_id, transfer_id, status, type, occurred_at, amount_minor, currency,
       debtor_provider, debtor_wallet, creditor_provider, creditor_wallet, particulars)
     select position, $1, $2, status, 'P2P', '2026-03-01T07:00:00Z', 12345, 'PKR', $1, $3, $1, $4, $6::jsonb from places`,
    [
      ...[provider, transferId, debtorWallet, creditorWallet, statuses],
      particulars === null ? null : JSON.stringify(particulars),
    ],
  );
}
