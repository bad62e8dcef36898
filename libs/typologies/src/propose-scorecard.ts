import { packHash } from './pack-hash';
import { type RulePack } from './rule-pack';
import { type Scorecard } from './scorecard';

/** Of a version's length of 64, what is left beside what tells the proposal apart. */
const VERSION_KEPT = 40;
const HASH_DIGITS = 8;
const LEARNT = /\.learnt-[0-9a-f]{8}$/;

/**
 * A pack with a scorecard, under a name of its own: a version says one thing for ever. Nothing is in force for having been
 * learnt: it is proposed, tried beside the present pack, and activated by somebody who answers for it.
 */
export function withScorecard(pack: RulePack, scorecard: Scorecard): RulePack {
  // Learnt again it is not learnt on top: the name does not grow, and the same scorecard has the same.
  const version = pack.version.replace(LEARNT, '');
  const mark = packHash({ ...pack, version, scorecard }).slice(0, HASH_DIGITS);
  return { ...pack, scorecard, version: `${version.slice(0, VERSION_KEPT)}.learnt-${mark}` };
}
