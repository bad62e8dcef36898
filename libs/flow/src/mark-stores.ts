import { MARK_KINDS, type MarkKind, type Marks } from '#domain';
import { type AccountNames } from './account-names';
import { type Caps } from './caps';
import { type FlowLimits } from './flow-limits';
import { type FlowStep } from './flow-step';
import { type MarkedUse, MarkedUses, personNumber } from './marked-uses';

/** Who paid with what: of each kind of mark a store of its own, keyed by the mark as accounts are by the wallet. */
export class MarkStores {
  readonly of: Readonly<Record<MarkKind, MarkedUses>>;

  constructor(names: AccountNames, limits: FlowLimits, caps: Caps) {
    const store = (kind: MarkKind): MarkedUses => new MarkedUses(kind, names, limits, caps);
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
  follow(step: FlowStep, marks: Marks): void {
    let use: MarkedUse | null = null;
    for (const kind of MARK_KINDS) {
      const mark = marks[kind];
      if (mark === undefined || !looksAtMark(kind, step)) continue;
      use ??= useOf(step, marks);
      step.uses[kind] = this.of[kind].use(mark, use, step.nowMs);
    }
  }
}

/** A step's payment as its marks keep it. The step's debit must have been done. */
export function useOf(
  { payer, payee, position, atMs, amountMinor, carried, taken }: FlowStep,
  { person }: Marks,
): MarkedUse {
  let fromNewMinor = 0;
  let restMs = 0;
  for (let i = 0; i < taken.count; i += 1) {
    if (taken.newPair[i] === 0 || taken.personal[i] === 0) continue;
    fromNewMinor += taken.takenMinor[i]!;
    restMs = Math.max(restMs, atMs - taken.atMs[i]!);
  }
  // Field by field: a spread in this place costs more than all else that a mark does.
  return {
    payer,
    payee,
    person: personNumber(person ?? null),
    position,
    atMs,
    amountMinor,
    newPair: !carried.payerKnowsPayee,
    fromNewMinor,
    restMs,
  };
}

/** The kinds of marks that a step is looked at by: what buys, pays wages or fees tells nothing, and an agent hands out cash. */
export const looksAtMark = (kind: MarkKind, { tells, leaves, cash }: FlowStep): boolean =>
  kind === 'agent' ? leaves && cash : tells;
