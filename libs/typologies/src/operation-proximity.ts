import { type AccountIndex, type FlowEngine, NONE } from '#flow';
import { atLeast, type Condition, holds, inScope, PAYEE_ONLY, PEOPLE_OR_OUT } from './check';
import { byTime, creditEvidence, debitEvidence, type Evidence, evidenceOf } from './evidence';
import { type Signal, type Sighting, typology } from './signal';
import { count as countOf, logOdds, type ValuesOf } from './parameter';
import { ancestry } from './trail';
import { type Wording } from './wording';

const KNOWN = 'the wallet itself is known to belong to an operation';
const ORIGINS: Condition = {
  says: 'known operations that a share of the money received comes from',
  unit: 'count',
};

const PARAMETERS = {
  tainted: logOdds('for money that is wholly tainted; in proportion below', 4),
  confirmed: logOdds('where the account itself is an indicator', 9),
  transfersMax: countOf('transfers of a known wallet that are kept as evidence', 16, 1, 64),
};
export type ProximityValues = ValuesOf<typeof PARAMETERS>;

/**
 * Operation proximity: the money, or the wallet, leads to a known operation.
 *
 * Definition: the account is itself an indicator of an operation (confirmed), or a share of the money just received came
 * out of one. Taint alone is exposure, not a claim: without other signals it stays below the bar.
 */
function see(
  { engine, step, anchor, checks }: Sighting,
  { tainted, confirmed }: ProximityValues,
): Signal | null {
  // What a known wallet spends in shops says nothing of the operation's money.
  if (!inScope(checks, PEOPLE_OR_OUT, step.personal || step.leaves)) return null;
  const own = engine.watchlist.originAt(anchor, step.atMs);
  const common = {
    typology: 'OPERATION_PROXIMITY',
    family: 'INTELLIGENCE',
    anchor,
    currency: engine.accounts.currency(anchor),
    atMs: step.atMs,
  } as const;
  if (holds(checks, KNOWN, own !== NONE)) {
    return {
      ...common,
      logOdds: confirmed,
      evidence: [evidenceOf(step)],
      operationIds: [engine.watchlist.operationId(own)],
      confirmed: true,
      facts: {
        [anchor === step.payer ? 'paidMinor' : 'receivedMinor']: step.amountMinor,
      },
    };
  }
  if (!inScope(checks, PAYEE_ONLY, anchor === step.payee)) return null;
  const { origin, share: shares, count } = step.carried.origins;
  if (!atLeast(checks, ORIGINS, count, 1)) return null;
  const operationIds: string[] = [];
  let share = 0;
  for (let i = 0; i < count; i += 1) {
    operationIds.push(engine.watchlist.operationId(origin[i]!));
    share += shares[i]!;
  }
  share = Math.min(1, share);
  return {
    ...common,
    logOdds: tainted * share,
    evidence: [...ancestry(step).reverse(), evidenceOf(step)],
    operationIds,
    facts: { taintedMinor: step.amountMinor, share },
  };
}

/**
 * What an account that has just become known did lately with other people: most of what there is to know of it has already
 * happened.
 *
 * @param butFor a transfer that is looked at by itself
 */
export function seeRevealed(
  engine: FlowEngine,
  anchor: AccountIndex,
  { confirmed, transfersMax }: ProximityValues,
  butFor: number,
): Signal | null {
  const { credits, debits, limits, watchlist, nowMs } = engine;
  const sinceMs = nowMs - limits.retroHuntMs;
  const found: Evidence[] = [];
  for (let i = 0, row = credits.first(anchor); i < credits.count(anchor); i += 1, row += 1) {
    if (credits.personal(row)) found.push(creditEvidence(engine, anchor, row));
  }
  for (let i = 0, row = debits.first(anchor); i < debits.count(anchor); i += 1, row += 1) {
    if (debits.personal(row)) found.push(debitEvidence(engine, anchor, row));
  }
  const evidence = found
    .filter(({ atMs, position }) => atMs >= sinceMs && position !== butFor)
    .sort(byTime)
    .slice(-transfersMax);
  const own = watchlist.originAt(anchor, nowMs);
  if (evidence.length === 0 || own === NONE) return null;
  return {
    typology: 'OPERATION_PROXIMITY',
    family: 'INTELLIGENCE',
    anchor,
    currency: engine.accounts.currency(anchor),
    atMs: evidence.at(-1)!.atMs,
    logOdds: confirmed,
    evidence,
    operationIds: [watchlist.operationId(own)],
    confirmed: true,
    facts: {
      transfers: evidence.length,
      sumMinor: evidence.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
    },
  };
}

const SENTENCE: Wording = {
  en: '[received {taintedMinor:amount}, {share:share} of it out of a known operation][is an indicator of a known operation and had moved {sumMinor:amount} in {transfers:transfers} before that was known][is an indicator of a known operation and received {receivedMinor:amount}][is an indicator of a known operation and paid {paidMinor:amount}]',
  ur: '[{taintedMinor:amount} وصول کیے، ان کا {share:share} ایک معلوم گروہ سے آیا][ایک معلوم گروہ کی نشانی ہے اور یہ معلوم ہونے سے پہلے {transfers:transfers} میں {sumMinor:amount} منتقل کر چکا تھا][ایک معلوم گروہ کی نشانی ہے اور {receivedMinor:amount} وصول کیے][ایک معلوم گروہ کی نشانی ہے اور {paidMinor:amount} ادا کیے]',
};

export const operationProximity = typology({
  name: 'OPERATION_PROXIMITY',
  family: 'INTELLIGENCE',
  techniques: ['F1047'],
  parameters: PARAMETERS,
  see,
  sentence: SENTENCE,
});
