import { type ComplainedPayment, type EventTimeMs } from '#domain';
import {
  type AccountIndex,
  ANCESTORS_MAX,
  type ComplaintNote,
  type FlowEngine,
  Hops,
  NONE,
} from '#flow';
import { atMost, type Condition, holds, inScope, PAYEE_ONLY, PEOPLE_OR_OUT } from './check';
import { creditEvidence, type Evidence, evidenceOf } from './evidence';
import { count as countOf, logOdds, type ValuesOf } from './parameter';
import { type Signal, type Sighting, typology } from './signal';
import { ancestry } from './trail';
import { type Wording } from './wording';

/** Payments that are looked at when a complaint is told of, to follow it. */
const PAYMENTS_MAX = 256;

const COMPLAINED = 'somebody complained of this payment, or of one that its trail names';
const HOPS: Condition = { says: 'transfers from the payment complained of to this', unit: 'count' };

const PARAMETERS = {
  hopsMax: countOf('transfers from the payment complained of, at most', 3, 0, ANCESTORS_MAX),
  fraud: logOdds('where the complaint is of fraud, or of a payment nobody authorised', 2.5),
  other: logOdds('where it is of anything else', 0.5),
};
export type ComplaintValues = ValuesOf<typeof PARAMETERS>;

/**
 * Complaint: somebody complained of the payment, or of one whose money it passes on.
 *
 * Definition: the account is paid what somebody complained of, or a payment between people, or out of the wallets, whose trail
 * names one that somebody complained of, at most `hopsMax` transfers before it. Strength: by the gravest of their reasons,
 * however many complain: whoever wants somebody accused can find many who do. A payment that was taken back stays complained
 * of: giving it back undoes no fraud. A complaint is a claim of one side: by itself it raises nothing.
 */
function see(
  { engine, step, anchor, nowMs, currency, checks }: Sighting,
  values: ComplaintValues,
): Signal | null {
  if (!inScope(checks, PAYEE_ONLY, anchor === step.payee)) return null;
  if (!inScope(checks, PEOPLE_OR_OUT, step.tells)) return null;
  if (engine.complaints.size === 0 && !checks) return null;
  const trail = [evidenceOf(step), ...ancestry(step)];
  const nearest = trail.findIndex(({ position }) => engine.complaints.of(position, nowMs) !== null);
  if (!holds(checks, COMPLAINED, nearest >= 0)) return null;
  if (!atMost(checks, HOPS, nearest, values.hopsMax)) return null;
  return ofTrail({ engine, anchor, currency, atMs: step.atMs, trail }, values);
}

/** @param trail the transfers up to the anchor, nearest first */
function ofTrail(
  {
    engine,
    trail,
    ...common
  }: Pick<Signal, 'anchor' | 'currency' | 'atMs'> & {
    readonly engine: FlowEngine;
    readonly trail: readonly Evidence[];
  },
  { hopsMax, fraud, other }: ComplaintValues,
): Signal | null {
  const within = trail.slice(0, hopsMax + 1);
  const notes = within.map(({ position }) => engine.complaints.of(position, engine.nowMs));
  const gravest = (note: ComplaintNote | null): boolean => note?.isFraud === true;
  const hops = notes.some(gravest) ? notes.findIndex(gravest) : notes.findIndex((n) => n !== null);
  const paid = trail[hops];
  if (paid === undefined) return null;
  const isFraud = gravest(notes[hops]!);
  return {
    ...common,
    typology: 'COMPLAINT',
    family: 'INTELLIGENCE',
    logOdds: isFraud ? fraud : other,
    facts: { complainedMinor: paid.amountMinor, hops, isFraud: isFraud ? 1 : 0 },
    evidence: trail.slice(0, hops + 1).reverse(),
  };
}

/**
 * What a complaint shows that was told of just now: mostly the money has gone on by then. It is followed along the payments
 * that the accounts remember, to those whose trail names the payment.
 *
 * @param toldAtMs when somebody complained
 */
export function seeComplained(
  engine: FlowEngine,
  { position, creditor, currency }: ComplainedPayment,
  toldAtMs: EventTimeMs,
  values: ComplaintValues,
): Signal[] {
  const { accounts, credits, debits, nowMs } = engine;
  const atMs = Math.min(toldAtMs, nowMs);
  const signals: Signal[] = [];
  const first = accounts.find(creditor, currency);
  if (first === NONE || engine.isForgotten(first)) return signals;
  // By the payment, the account that it was paid to. It grows while it is gone through.
  const reached = new Map<number, AccountIndex>([[position, first]]);
  for (const [transfer, anchor] of reached) {
    engine.expire(anchor);
    const row = credits.find(anchor, transfer);
    if (accounts.isHub(anchor) || row === NONE || !credits.personal(row)) continue;
    const trail = creditTrail(engine, anchor, row);
    if (!trail.slice(0, values.hopsMax + 1).some((hop) => hop.position === position)) continue;
    const lastMs = Math.max(atMs, credits.at(row));
    const signal = ofTrail({ engine, anchor, currency, atMs: lastMs, trail }, values);
    if (signal !== null) signals.push(signal);
    const from = debits.first(anchor);
    for (let debit = from; debit < from + debits.count(anchor); debit += 1) {
      if (debits.at(debit) < credits.at(row)) continue;
      if (reached.size >= PAYMENTS_MAX) break;
      const paid = debits.transfer(debit);
      if (!reached.has(paid)) reached.set(paid, debits.payee(debit));
    }
  }
  return signals;
}

/** The transfers that led to a remembered credit, nearest first, itself among them. */
function creditTrail(engine: FlowEngine, account: AccountIndex, row: number): Evidence[] {
  const hops = new Hops(ANCESTORS_MAX);
  engine.credits.readAncestors(row, hops);
  const own = creditEvidence(engine, account, row);
  const trail = [own];
  for (let i = 0; i < hops.count; i += 1) {
    trail.push({
      position: hops.transfer[i]!,
      payer: hops.wallet[i]!,
      payee: trail[i]!.payer,
      amountMinor: hops.amount[i]!,
      atMs: hops.at[i]!,
      newPair: hops.newPair[i] === 1,
    });
  }
  return trail;
}

const SENTENCE: Wording = {
  en: '{hops=0?received a payment of {complainedMinor:amount}|received money of a payment of {complainedMinor:amount}, {hops:transfers} on,} that somebody complained of{isFraud? as fraud or as not authorised|}',
  ur: '{hops=0?{complainedMinor:amount} کی ایسی ادائیگی وصول کی|{complainedMinor:amount} کی ایسی ادائیگی کی رقم {hops:transfers} بعد وصول کی} جس کی {isFraud?دھوکہ دہی یا بلا اجازت ہونے کی |}شکایت ہوئی',
};

export const complaint = typology({
  name: 'COMPLAINT',
  family: 'INTELLIGENCE',
  techniques: ['LW-COMPLAINT'],
  parameters: PARAMETERS,
  see,
  sentence: SENTENCE,
});
