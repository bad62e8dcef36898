import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  endsAsExpected,
  outcome,
  type Outcome,
  play,
  scenario,
  type Scenario,
} from './support/scenario';
import { Services, until } from './support/services';

/** What is asked for: so long nobody may score. */
const TAKE_OVER_MAX_MS = 10_000;

const stateOf = async (services: Services): Promise<string> => {
  // A process that hangs does not answer.
  const signal = AbortSignal.timeout(1_000);
  const answer = await fetch(services.url('scoring', '/v1/progress'), { signal }).catch(() => null);
  return answer === null ? 'SILENT' : ((await answer.json()) as { state: string }).state;
};

describe('two of each service', () => {
  let feed: Scenario;
  let expected: Outcome;
  const folders: string[] = [];
  const running: Services[] = [];
  const ownFolder = (): Record<string, string> => {
    const folder = mkdtempSync(join(tmpdir(), 'layerwatch two '));
    folders.push(folder);
    return { SCORING_SNAPSHOT_DIR: folder, SCORING_SNAPSHOT_EVERY: '500' };
  };

  beforeAll(async () => {
    feed = scenario();
    const calm = await Services.start();
    await play(calm, feed, () => undefined);
    expected = await outcome(calm);
    await calm.stop();
  }, 300_000);

  afterAll(async () => {
    // The database goes with the one that it came with.
    for (const services of running) await services.stopProcesses();
    await running.at(-1)?.stop();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  it('share the load, one of them scores, and the other takes over from one that is killed and one that hangs', async () => {
    const first = await Services.start(undefined, ownFolder());
    running.push(first);
    const second = await first.startBeside(undefined, ownFolder());
    running.unshift(second);
    const tookOverAfterMs: number[] = [];
    /** Both sides of the seat, as they are now; one that has much to follow may be slow to say so. */
    const seats = async (): Promise<{ active: Services; standby: Services }> => {
      let [one, other] = ['', ''];
      await until('one scores and the other stands by', async () => {
        [one, other] = [await stateOf(first), await stateOf(second)];
        return [one, other].sort().join(' ') === 'LIVE STANDBY';
      });
      return one === 'LIVE'
        ? { active: first, standby: second }
        : { active: second, standby: first };
    };
    const takesOver = async (services: Services): Promise<void> => {
      const fromMs = performance.now();
      await until('the other scores', async () => (await stateOf(services)) === 'LIVE');
      tookOverAfterMs.push(performance.now() - fromMs);
    };
    await until('one scores', async () =>
      [await stateOf(first), await stateOf(second)].includes('LIVE'),
    );
    let turn = 0;
    await play(
      // Every other request goes to the other ingestion.
      Object.assign(Object.create(first) as Services, {
        post: (rows: readonly unknown[]) => [first, second][(turn += 1) % 2]!.post(rows),
      }),
      feed,
      async (batch) => {
        if (batch % 4 === 1) {
          const { active, standby } = await seats();
          await active.kill('scoring');
          await takesOver(standby);
          await active.startOne('scoring');
        }
        if (batch % 4 === 3) {
          const { active, standby } = await seats();
          active.signal('scoring', 'SIGSTOP');
          await takesOver(standby);
          active.signal('scoring', 'SIGCONT');
          await until('it stands by', async () => (await stateOf(active)) === 'STANDBY');
        }
        if (batch % 3 === 2) {
          const one = batch % 2 === 0 ? first : second;
          await one.kill('case-referral');
          await sleep((batch * 13) % 80);
          await one.startOne('case-referral');
        }
      },
    );
    // Whichever scores, the other one has followed it to the end.
    await seats();
    await endsAsExpected(first, expected);
    expect(tookOverAfterMs.length).toBeGreaterThan(3);
    expect(Math.max(...tookOverAfterMs)).toBeLessThan(TAKE_OVER_MAX_MS);
  }, 600_000);
});
