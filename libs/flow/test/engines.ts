import { type EngineMaker } from './engine-under-test';
import { FastEngine } from './fast-engine';
import { ReferenceEngine } from './reference-engine';

/** Every engine that the rules are tried on. */
export const ENGINES: readonly (readonly [string, EngineMaker])[] = [
  ['the reference', (limits) => new ReferenceEngine(limits)],
  ['the engine', (limits) => new FastEngine(limits)],
];
