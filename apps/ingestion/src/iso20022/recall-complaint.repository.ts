import { type EntityManager } from 'typeorm';

/** The reason of a recall that says of the payment what a complaint of fraud does (ISO 20022, ExternalCancellationReason1Code). */
const FRAUD = 'FRAD';

/** A recall that was matched to its payment. */
export interface MatchedRecall {
  readonly id: number;
  readonly kind: string;
  readonly code: string | null;
  readonly transfer_id: string;
  readonly at_ms: number;
}

// Named after the report, so that it is told of once; a provider's own event of that name stays what it is.
const COMPLAIN = `
  insert into feed.event (position, provider_id, event_id, type, occurred_at, particulars)
  select nextval('log.position'), $1, 'camt.056/' || id, 'COMPLAINT', timestamptz 'epoch' + at_ms * interval '1 millisecond',
         jsonb_build_object('transferId', transfer_id, 'provider', $1::text, 'reason', 'FRAUD')
  from (select * from unnest($2::bigint[], $3::text[], $4::bigint[]) as recall (id, transfer_id, at_ms) order by id) as in_order
  on conflict (provider_id, event_id) do nothing`;

/**
 * Puts a complaint into the log for each recall because of fraud. Whoever calls has the turn at the log, and has stored the
 * payments: a complaint is of what was told before.
 */
export async function complainOfRecalled(
  manager: EntityManager,
  provider: string,
  matches: readonly MatchedRecall[],
): Promise<void> {
  const recalls = matches.filter(({ kind, code }) => kind === 'RECALL' && code === FRAUD);
  if (recalls.length === 0) return;
  await manager.query(COMPLAIN, [
    provider,
    recalls.map(({ id }) => id),
    recalls.map(({ transfer_id }) => transfer_id),
    recalls.map(({ at_ms }) => at_ms),
  ]);
}
