import { MARK_KINDS, type MarkKind, type Marks } from '#domain';
import { type Accounts } from './accounts';
import { type Caps } from './caps';
import { type FlowLimits } from './flow-limits';
import { type FlowStep } from './flow-step';
import { type MarkedUse, MarkedUses } from './marked-uses';

/** Who paid with what: of each kind of mark a store of its own, keyed by the mark as accounts are by the wallet. */
export class MarkStores {
  readonly of: Readonly<Record<MarkKind, MarkedUses>>;

  constructor(limits: FlowLimits, caps: Caps) {
    const store = (kind: MarkKind): MarkedUses => new MarkedUses(kind, limits, caps);
    this.of = {
      ...{ handset: store('handset'), sim: store('sim') },
      ...{ person: store('person'), agent: store('agent') },
    };
  }

  /** For a snapshot. */
  get stores(): MarkedUses[] {
    return MARK_KINDS.map((kind) => this.of[kind]);
  }

  /** Writes down with a payment, once its debit is done, who else lately paid with each of its marks. */
  follow(step: FlowStep, marks: Marks, accounts: Accounts): void {
    let use: MarkedUse | null = null;
    for (const kind of MARK_KINDS) {
      const mark = marks[kind];
      if (mark === undefined || !looksAtMark(kind, step)) continue;
      use ??= useOf(step, {
        payer: accounts.walletKey(step.payer),
        payee: accounts.walletKey(step.payee),
        currency: accounts.currency(step.payer),
        person: marks.person ?? null,
      });
      step.uses[kind] = this.of[kind].use(mark, use, step.nowMs);
    }
  }
}

/** A step's payment as its marks keep it. The step's debit must have been done. */
export function useOf(
  { position, atMs, amountMinor, carried, taken }: FlowStep,
  names: Pick<MarkedUse, 'payer' | 'payee' | 'currency' | 'person'>,
): MarkedUse {
  let fromNewMinor = 0;
  let restMs = 0;
  for (let i = 0; i < taken.count; i += 1) {
    if (taken.newPair[i] === 0 || taken.personal[i] === 0) continue;
    fromNewMinor += taken.takenMinor[i]!;
    restMs = Math.max(restMs, atMs - taken.atMs[i]!);
  }
  const newPair = !carried.payerKnowsPayee;
  // Field by field: a spread would give each of a million of these a second object for what does not fit in the first.
  return {
    payer: names.payer,
    payee: names.payee,
    currency: names.currency,
    person: names.person,
    position,
    atMs,
    amountMinor,
    newPair,
    fromNewMinor,
    restMs,
  };
}

/** The kinds of marks that a step is looked at by: what buys, pays wages or fees tells nothing, and an agent hands out cash. */
export const looksAtMark = (kind: MarkKind, { tells, leaves, cash }: FlowStep): boolean =>
  kind === 'agent' ? leaves && cash : tells;
