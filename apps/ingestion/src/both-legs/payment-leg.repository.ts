import { type EntityManager } from 'typeorm';
import { transferKey } from '#domain';
import { type Payment, type PaymentChanges, PaymentLegs, type StoredLeg } from './payment-legs';
import { REPORT_COLUMNS, type StoredColumns, toReport } from '../stored-report';

const PAYMENTS = `
  select replace(key::text, '-', '') as key, provider_id, transfer_id, other_provider_id, other_transfer_id,
         differs is not null as differs
  from feed.interbank_payment where key = any ($1::uuid[])`;

const LEGS = `
  select provider_id, k.positions[1] as first_position, ${REPORT_COLUMNS}
  from unnest($1::text[], $2::text[]) as leg (provider_id, transfer_id)
  join feed.transfer_key k using (provider_id, transfer_id)
  join feed.transfer using (provider_id, transfer_id)
  where position = any (k.positions)
  order by position`;

const BEGIN = `
  insert into feed.interbank_payment (key, provider_id, transfer_id) select * from unnest($1::uuid[], $2::text[], $3::text[])`;

const PAIR = `
  update feed.interbank_payment p set other_provider_id = told.provider_id, other_transfer_id = told.transfer_id
  from unnest($1::uuid[], $2::text[], $3::text[]) as told (key, provider_id, transfer_id) where p.key = told.key`;

const DIFFER = `
  update feed.interbank_payment p
  set differs = told.path, differs_provider_id = told.provider_id, differs_transfer_id = told.transfer_id, differs_at = now()
  from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as told (key, provider_id, transfer_id, path)
  where p.key = told.key`;

interface PaymentColumns {
  readonly key: string;
  readonly provider_id: string;
  readonly transfer_id: string;
  readonly other_provider_id: string | null;
  readonly other_transfer_id: string | null;
  readonly differs: boolean;
}

const toPayment = (row: PaymentColumns): Payment => ({
  key: row.key,
  first: { provider: row.provider_id, transferId: row.transfer_id },
  other:
    row.other_provider_id === null || row.other_transfer_id === null
      ? null
      : { provider: row.other_provider_id, transferId: row.other_transfer_id },
  differs: row.differs,
});

/** What was told of these payments. To be asked with the turn at the log. */
export async function loadPaymentLegs(
  manager: EntityManager,
  provider: string,
  keys: readonly string[],
): Promise<PaymentLegs> {
  if (keys.length === 0) return new PaymentLegs(provider, [], new Map());
  const rows: PaymentColumns[] = await manager.query(PAYMENTS, [keys]);
  const payments = rows.map(toPayment);
  const others = payments
    .flatMap(({ first, other }) => (other === null ? [first] : [first, other]))
    .filter((leg) => leg.provider !== provider);
  return new PaymentLegs(provider, payments, await loadLegs(manager, others));
}

async function loadLegs(
  manager: EntityManager,
  legs: readonly { readonly provider: string; readonly transferId: string }[],
): Promise<ReadonlyMap<string, StoredLeg>> {
  if (legs.length === 0) return new Map();
  const rows: (StoredColumns & { provider_id: string; first_position: number })[] =
    await manager.query(LEGS, [
      legs.map(({ provider }) => provider),
      legs.map(({ transferId }) => transferId),
    ]);
  const found = new Map<string, StoredLeg>();
  for (const row of rows) {
    const key = transferKey({ provider: row.provider_id, transferId: row.transfer_id });
    const { firstPosition, reports } = found.get(key) ?? {
      firstPosition: row.first_position,
      reports: [],
    };
    found.set(key, { firstPosition, reports: [...reports, toReport(row)] });
  }
  return found;
}

/** Writes down what a batch has told of payments. */
export async function keepPaymentLegs(
  manager: EntityManager,
  { begun, paired, differing }: PaymentChanges,
): Promise<void> {
  const columns = (told: PaymentChanges['begun']): unknown[] => [
    told.map(({ key }) => key),
    told.map(({ leg }) => leg.provider),
    told.map(({ leg }) => leg.transferId),
  ];
  if (begun.length > 0) await manager.query(BEGIN, columns(begun));
  if (paired.length > 0) await manager.query(PAIR, columns(paired));
  if (differing.length > 0) {
    await manager.query(DIFFER, [...columns(differing), differing.map(({ path }) => path)]);
  }
}
