import { invariant } from '#domain';
import { bipartite } from './bipartite';
import { callThenPay } from './call-then-pay';
import { changeThenDrain } from './change-then-drain';
import { CIRCUMSTANCE_SENTENCES } from './circumstances';
import { complaint } from './complaint';
import { cycle } from './cycle';
import { fanIn, fanOut } from './fan';
import { layeringChain } from './layering-chain';
import { operationProximity } from './operation-proximity';
import { agentCluster } from './agent-cluster';
import { deviceCluster } from './device-cluster';
import { dormantWake } from './dormant-wake';
import { fastFirstUse } from './fast-first-use';
import { gatherScatter } from './gather-scatter';
import { KNOWN_PARTIES, KNOWN_PARTIES_SENTENCE } from './known-parties';
import { limitHugging } from './limit-hugging';
import { personCluster } from './person-cluster';
import { simCluster } from './sim-cluster';
import { passThrough } from './pass-through';
import { rapidCashOut } from './rapid-cash-out';
import { scatterGather } from './scatter-gather';
import { structuring } from './structuring';
import { type Facts, type Typology } from './signal';
import { type Language, tell, type Wording } from './wording';

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
  structuring,
  fastFirstUse,
  dormantWake,
  limitHugging,
  deviceCluster,
  simCluster,
  personCluster,
  agentCluster,
  gatherScatter,
  bipartite,
  complaint,
];

const SENTENCES = new Map<string, Wording>([
  ...TYPOLOGIES.map(({ name, sentence }): [string, Wording] => [name, sentence]),
  ...CIRCUMSTANCE_SENTENCES,
  [KNOWN_PARTIES, KNOWN_PARTIES_SENTENCE],
]);

/** Every name that a term of a judgement can have. */
export const TERM_NAMES: readonly string[] = [...SENTENCES.keys()];

/** What an investigator is told of a term. */
export function sentenceOf(
  term: string,
  facts: Facts,
  currency: string,
  language: Language = 'en',
): string {
  const wording = SENTENCES.get(term);
  invariant(wording !== undefined, 'every term has its sentence');
  return tell(wording, facts, currency, language);
}
