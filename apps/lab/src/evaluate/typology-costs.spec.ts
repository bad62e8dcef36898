import { TYPOLOGY_NAMES } from '#contracts';
import { Detector } from '#typologies';
import { handMadeLog, strangers } from './hand-made-log-spec';
import { replay } from './replay';
import { TypologyCosts } from './typology-costs';

describe('what a typology costs', () => {
  it('is told of each, by name', () => {
    const log = handMadeLog(strangers(200));
    const costs = new TypologyCosts();
    const watch = { candidate: () => undefined, carried: () => undefined, ...costs.watch };
    const nothing = (): void => undefined;
    replay(log, null, new Detector({ watch }), nothing, nothing);
    const micros = Object.entries(costs.microsPerTransfer(log.size));
    expect(micros.map(([name]) => name)).toEqual([...TYPOLOGY_NAMES].sort());
    expect(Math.min(...micros.map(([, value]) => value))).toBeGreaterThan(0);
  });
});
