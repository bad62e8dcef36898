import { invariant } from '#domain';
import { callThenPay } from './call-then-pay';
import { changeThenDrain } from './change-then-drain';
import { CIRCUMSTANCE_SENTENCES } from './circumstances';
import { cycle } from './cycle';
import { fanIn, fanOut } from './fan';
import { layeringChain } from './layering-chain';
import { operationProximity } from './operation-proximity';
import { KNOWN_PARTIES, sayKnownParties } from './known-parties';
import { passThrough } from './pass-through';
import { rapidCashOut } from './rapid-cash-out';
import { scatterGather } from './scatter-gather';
import { type Facts, type Typology } from './signal';

/** Every typology, in the order in which an account is looked at. */
export const TYPOLOGIES: readonly Typology[] = [
  passThrough,
  layeringChain,
  cycle,
  fanIn,
  fanOut,
  scatterGather,
  rapidCashOut,
  operationProximity,
  callThenPay,
  changeThenDrain,
];

const SENTENCES = new Map<string, Typology['say']>([
  ...TYPOLOGIES.map(({ name, say }): [string, Typology['say']] => [name, say]),
  ...CIRCUMSTANCE_SENTENCES,
  [KNOWN_PARTIES, sayKnownParties],
]);

/** Every name that a term of a judgement can have. */
export const TERM_NAMES: readonly string[] = [...SENTENCES.keys()];

/** What an investigator is told of a term. */
export function sentenceOf(term: string, facts: Facts, currency: string): string {
  const say = SENTENCES.get(term);
  invariant(say !== undefined, 'every term has its sentence');
  return say(facts, currency);
}
