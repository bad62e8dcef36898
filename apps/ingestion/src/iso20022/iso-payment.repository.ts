import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { takeTurn } from '#messaging';
import { type CheckedRow } from '../read-transfer';
import { type StoreOutcome } from '../row-kind';
import { loadHistories, storeInTurn } from '../transfer-turn.repository';
import { IN_TURN_MAX, Turns } from '../turns';
import { endingOf, type IsoReport, type ReportKind } from './iso-report';
import { type IsoPayment, type IsoRow, isPayment } from './iso-rows';
import { complainOfRecalled } from './recall-complaint.repository';

const KEEP_PAYMENTS = `
  insert into feed.iso_payment (provider_id, transfer_id, message_id, tx_id, uetr, end_to_end_id)
  select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
  on conflict (provider_id, transfer_id) do nothing`;

const KEEP_REPORTS = `
  insert into feed.iso_report (provider_id, kind, message_id, tx_id, uetr, end_to_end_id, occurred_at, code, reason, fingerprint)
  select $1, kind, message_id, tx_id, uetr, end_to_end_id, timestamptz 'epoch' + at_ms * interval '1 millisecond', code, reason, mark
  from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[], $9::text[], $10::bytea[])
    with ordinality as told (kind, message_id, tx_id, uetr, end_to_end_id, at_ms, code, reason, mark, place)
  order by place
  on conflict (provider_id, fingerprint) do nothing
  returning fingerprint`;

const KEYS = ['tx_id', 'uetr', 'end_to_end_id', 'message_id'] as const;

// Reports that wait, with the payments that a key of theirs names: key by key, so that each is found by its own index. A message names
// payments where its status is that of all of it.
const pairs = (which: string): string =>
  KEYS.map(
    (key) => `
    select r.id, p.transfer_id from feed.iso_report r join feed.iso_payment p on p.provider_id = r.provider_id and p.${key} = r.${key}
    where r.provider_id = $1 and r.transfer_id is null and ${which}
      ${key === 'message_id' ? `and r.kind = 'GROUP_STATUS'` : ''}`,
  ).join(' union ');

// By whatever names it, and by nothing against it. An end-to-end id is the customer's own and may come again: where several payments
// are meant, none is.
const matches = (which: string): string => `
  select id, kind, code, transfer_id, (extract(epoch from occurred_at) * 1000)::bigint as at_ms from (
    select r.id, r.kind, r.code, r.occurred_at, p.transfer_id, count(*) over (partition by r.id) as meant
    from (${pairs(which)}) as pair
    join feed.iso_report r using (id)
    join feed.iso_payment p on p.provider_id = $1 and p.transfer_id = pair.transfer_id
    where coalesce(p.tx_id = r.tx_id, true) and coalesce(p.uetr = r.uetr, true)
      and coalesce(p.end_to_end_id = r.end_to_end_id, true) and coalesce(p.message_id = r.message_id, true)
  ) as found where meant = 1 or kind = 'GROUP_STATUS' order by id, transfer_id`;
const OF_NEW_REPORTS = matches('r.fingerprint = any ($2::bytea[])');
const OF_NEW_PAYMENTS = `
  with named as materialized (${pairs('p.transfer_id = any ($2::text[])')})
  ${matches(
    `r.id = any (array(select id from named)) and (r.kind <> 'GROUP_STATUS' or p.transfer_id = any ($2::text[]))`,
  )}`;

const MATCHED = `
  update feed.iso_report r set transfer_id = m.transfer_id, contradicts = m.contradicts
  from unnest($1::bigint[], $2::text[], $3::boolean[]) as m (id, transfer_id, contradicts)
  where r.id = m.id and r.kind <> 'GROUP_STATUS'`;

const ENDED = `
  update feed.iso_payment set ended_at = now() where provider_id = $1 and transfer_id = any ($2::text[]) and ended_at is null`;

/** A report, and the payment that it is about. */
interface Match {
  readonly id: number;
  readonly kind: ReportKind;
  readonly code: string | null;
  readonly transfer_id: string;
  readonly at_ms: number;
}

// Asked of those that were kept before, too: the same report sent again is answered the same.
const CONTRADICTING = `
  select fingerprint from feed.iso_report where provider_id = $1 and fingerprint = any ($2::bytea[]) and contradicts`;

const DUPLICATE: StoreOutcome = { kind: 'duplicate' };
const ACCEPTED: StoreOutcome = { kind: 'accepted' };
const CONTRADICTS: StoreOutcome = {
  kind: 'conflict',
  path: '/TxInfAndSts/TxSts',
  detail: 'contradicts what was reported of this payment before',
};

/**
 * Keeps payments that come as ISO 20022 messages. Whatever the order in which a payment and what is told of it come, it ends in the
 * same: each waits for the other, and both are stored before they are answered. All of it is decided with the turn at the log, so
 * nothing is missed between two instances.
 */
@Injectable()
export class IsoPaymentRepository {
  private readonly inTurn = new Turns(IN_TURN_MAX);

  constructor(private readonly dataSource: DataSource) {}

  /** @returns what became of each row, in their order; all is committed when this returns */
  async store(provider: string, rows: readonly IsoRow[]): Promise<readonly StoreOutcome[]> {
    if (rows.length === 0) return [];
    // A statement that waited for the turn must see what was committed meanwhile: not so under a stricter isolation.
    return this.inTurn.run(provider, () =>
      this.dataSource.transaction('READ COMMITTED', (manager) => store(manager, provider, rows)),
    );
  }
}

async function store(
  manager: EntityManager,
  provider: string,
  rows: readonly IsoRow[],
): Promise<readonly StoreOutcome[]> {
  await takeTurn(manager, 'transfers');
  const payments = rows.filter(isPayment);
  const reports = rows.filter((row): row is Exclude<IsoRow, IsoPayment> => !isPayment(row));
  const ofPayments = await storePayments(manager, provider, payments);
  const ofReports = await storeReports(manager, provider, reports);
  const [nextPayment, nextReport] = [ofPayments.values(), ofReports.values()];
  return rows.map((row) => (isPayment(row) ? nextPayment : nextReport).next().value!);
}

async function storePayments(
  manager: EntityManager,
  provider: string,
  payments: readonly IsoPayment[],
): Promise<readonly StoreOutcome[]> {
  if (payments.length === 0) return [];
  const outcomes = await storeInTurn(
    manager,
    provider,
    payments.map(({ checked }) => checked),
  );
  const accepted = payments.filter((_, at) => outcomes[at]!.kind === 'accepted');
  if (accepted.length === 0) return outcomes;
  const transferIds = accepted.map(({ checked }) => checked.report.transferId);
  await manager.query(KEEP_PAYMENTS, [
    provider,
    transferIds,
    accepted.map(({ keys }) => keys.messageId),
    accepted.map(({ keys }) => keys.txId),
    accepted.map(({ keys }) => keys.uetr),
    accepted.map(({ keys }) => keys.endToEndId),
  ]);
  // What came before its payment has waited for it.
  const waited: Match[] = await manager.query(OF_NEW_PAYMENTS, [provider, transferIds]);
  await follow(manager, provider, waited);
  return outcomes;
}

async function storeReports(
  manager: EntityManager,
  provider: string,
  reports: readonly IsoReport[],
): Promise<readonly StoreOutcome[]> {
  if (reports.length === 0) return [];
  const kept: { fingerprint: Buffer }[] = await manager.query(KEEP_REPORTS, [
    provider,
    reports.map(({ kind }) => kind),
    reports.map(({ keys }) => keys.messageId),
    reports.map(({ keys }) => keys.txId),
    reports.map(({ keys }) => keys.uetr),
    reports.map(({ keys }) => keys.endToEndId),
    reports.map(({ occurredAtMs }) => occurredAtMs),
    reports.map(({ code }) => code),
    reports.map(({ reason }) => reason),
    reports.map(({ fingerprint }) => fingerprint),
  ]);
  const fresh = new Set(kept.map(({ fingerprint }) => fingerprint.toString('hex')));
  if (fresh.size > 0) {
    const marks = kept.map(({ fingerprint }) => fingerprint);
    const told: Match[] = await manager.query(OF_NEW_REPORTS, [provider, marks]);
    await follow(manager, provider, told);
  }
  const contradicting: { fingerprint: Buffer }[] = await manager.query(CONTRADICTING, [
    provider,
    reports.map(({ fingerprint }) => fingerprint),
  ]);
  const refused = new Set(contradicting.map(({ fingerprint }) => fingerprint.toString('hex')));
  return reports.map(({ fingerprint }) => {
    const mark = fingerprint.toString('hex');
    if (refused.has(mark)) return CONTRADICTS;
    // The first of several alike in one message is the one that was kept.
    return fresh.delete(mark) ? ACCEPTED : DUPLICATE;
  });
}

/** Has each payment follow what was told of it, in the order in which that was told. */
async function follow(
  manager: EntityManager,
  provider: string,
  told: readonly Match[],
): Promise<void> {
  if (told.length === 0) return;
  await complainOfRecalled(manager, provider, told);
  const endings = told.filter((match) => endingOf(match) !== null);
  const outcomes = await end(manager, provider, endings);
  const contradicting = new Set(
    endings.filter((_, at) => outcomes[at]!.kind === 'conflict').map(({ id }) => id),
  );
  await manager.query(MATCHED, [
    told.map(({ id }) => id),
    told.map(({ transfer_id }) => transfer_id),
    told.map(({ id }) => contradicting.has(id)),
  ]);
}

/** Brings each of these payments into the status that was reported. */
async function end(
  manager: EntityManager,
  provider: string,
  endings: readonly Match[],
): Promise<readonly StoreOutcome[]> {
  if (endings.length === 0) return [];
  const transferIds = endings.map(({ transfer_id }) => transfer_id);
  const histories = await loadHistories(manager, provider, transferIds);
  const rows = endings.map((ending): CheckedRow => {
    // As it was ordered, but for its status and time: what is left out stays as it was told before.
    const ordered = histories.get(ending.transfer_id)![0]!;
    const status = endingOf(ending)!;
    const report = { ...ordered, status, occurredAtMs: ending.at_ms, particulars: null };
    return { report, sequence: null, identities: [] };
  });
  const outcomes = await storeInTurn(manager, provider, rows);
  await manager.query(ENDED, [provider, transferIds]);
  return outcomes;
}
