import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_PACK, type RulePack } from '#typologies';
import {
  endsAsExpected,
  outcome,
  type Outcome,
  play,
  scenario,
  type Scenario,
} from './support/scenario';
import { Services, until } from './support/services';

/** What scoring tells of its start. */
interface StartedFrom {
  readonly kind: string;
  readonly refused: readonly { readonly reason: string }[];
}

/** Beside the pack that comes with the software. */
const PACKS: readonly RulePack[] = [0.8, 1.3].map((newCounterparty, i) => ({
  ...DEFAULT_PACK,
  version: `test-${i + 1}`,
  risk: { ...DEFAULT_PACK.risk, base: -4 },
  circumstances: { ...DEFAULT_PACK.circumstances, newCounterparty },
}));
/** Before which batch, which pack becomes what. */
const DECISIONS = [
  [3, 'test-1', 'SHADOW'],
  [6, 'test-1', 'ACTIVE'],
  [9, 'test-2', 'SHADOW'],
  [11, 'test-2', 'ACTIVE'],
] as const;

const PARTIAL_MAX_MS = 2_000;
/** A busy machine takes its time over a first snapshot. */
const WHOLE_MAX_MS = 30_000;

describe('a crash at any moment', () => {
  let feed: Scenario;
  let expected: Outcome;

  beforeAll(async () => {
    feed = scenario();
    expect(feed.labelled.size).toBeGreaterThan(0);
    const calm = await Services.start();
    await play(calm, feed, () => undefined);
    expected = await outcome(calm);
    await calm.stop();
    expect(expected.transfers).toHaveLength(feed.batches.flat().length);
    expect((expected.alerts as unknown[]).length).toBeGreaterThan(0);
    expect((expected.cases as unknown[]).length).toBeGreaterThan(0);
  }, 300_000);

  it('judges by a pack from the very place where it was activated, killed before, during and after', async () => {
    // In batches of their own: where in the log a decision falls is then the same in both runs.
    const decide = async (services: Services, batch: number): Promise<void> => {
      await services.settled();
      for (const [at, version, mode] of DECISIONS) {
        if (at !== batch) continue;
        const because = { mode, reason: 'a test' };
        const { approver } = services.staffKeys;
        const path = `/v1/rule-packs/${version}/activations`;
        const answer = await services.people('POST', path, because, approver);
        expect(answer.status).toBe(201);
      }
    };
    const propose = async (services: Services): Promise<void> => {
      for (const pack of PACKS) {
        expect((await services.people('POST', '/v1/rule-packs', pack)).status).toBe(201);
      }
    };
    const calm = await Services.start();
    await propose(calm);
    await play(
      calm,
      feed,
      () => undefined,
      (batch) => decide(calm, batch),
    );
    const expectedOfPacks = await outcome(calm);
    const judged = (expectedOfPacks.alerts as { pack: { version: string } }[]).map(
      ({ pack }) => pack.version,
    );
    expect(new Set(judged).size).toBe(3);
    await calm.stop();

    const folder = mkdtempSync(join(tmpdir(), 'layerwatch packs '));
    const shaken = await Services.start(undefined, {
      SCORING_SNAPSHOT_DIR: folder,
      SCORING_SNAPSHOT_EVERY: '300',
    });
    await propose(shaken);
    const kill = async (afterMs: number): Promise<void> => {
      await sleep(afterMs);
      await shaken.kill('scoring');
      await shaken.startOne('scoring');
    };
    const isNear = (batch: number): boolean => DECISIONS.some(([at]) => Math.abs(at - batch) <= 1);
    await play(
      shaken,
      feed,
      (batch) => (isNear(batch) ? kill((batch * 13) % 80) : undefined),
      async (batch) => {
        await decide(shaken, batch);
        // Some of the decisions are not applied yet.
        if (DECISIONS.some(([at]) => at === batch)) await kill(0);
      },
    );
    await endsAsExpected(shaken, expectedOfPacks);
    await shaken.stop();
    rmSync(folder, { recursive: true });
  }, 600_000);

  it('loses and doubles nothing where scoring goes on from snapshots, half written and damaged ones among them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'layerwatch crash '));
    const files = (suffix: string): string[] =>
      readdirSync(folder)
        .filter((name) => name.endsWith(suffix))
        .sort();
    const shaken = await Services.start(undefined, {
      SCORING_SNAPSHOT_DIR: folder,
      SCORING_SNAPSHOT_EVERY: '200',
    });
    let halfWritten = 0;
    let damaged = 0;
    const killScoring = async (meanwhile: () => void = () => undefined): Promise<void> => {
      await shaken.kill('scoring');
      halfWritten += files('.partial').length;
      meanwhile();
      await shaken.startOne('scoring');
    };
    /** Looks without a pause: a snapshot of a small state is on its way for some milliseconds. */
    const killWhileItWrites = async (): Promise<void> => {
      // Once it reads again: until then it writes none.
      await sleep(20);
      const giveUpAt = performance.now() + PARTIAL_MAX_MS;
      while (files('.partial').length === 0 && performance.now() < giveUpAt) await sleep(0);
      await killScoring();
    };
    const startedFrom = async (): Promise<StartedFrom | null> => {
      const progress = await fetch(shaken.url('scoring', '/v1/progress'));
      return ((await progress.json()) as { startedFrom: StartedFrom | null }).startedFrom;
    };
    /** There is something to damage before anything is killed. */
    const killAndDamage = async (): Promise<void> => {
      const giveUpAt = performance.now() + WHOLE_MAX_MS;
      while (files('.snapshot').length === 0 && performance.now() < giveUpAt) await sleep(20);
      const before = damaged;
      await killScoring(damageNewest);
      if (damaged === before) return;
      await until('scoring tells that it did not use it', async () => {
        return (await startedFrom())?.refused[0]?.reason === 'corrupt';
      });
    };
    const damageNewest = (): void => {
      const newest = files('.snapshot').at(-1);
      if (newest === undefined) return;
      const content = readFileSync(join(folder, newest));
      // Another bit each time: where no newer one was written since, the same would make it whole again.
      content[content.length >> 1]! ^= 1 << (damaged % 8);
      writeFileSync(join(folder, newest), content);
      damaged += 1;
    };
    await play(shaken, feed, (batch) => {
      if (batch % 3 === 1) return killWhileItWrites();
      if (batch % 6 === 2) return sleep((batch * 11) % 90).then(() => killScoring());
      if (batch % 6 === 5) return killAndDamage();
      return undefined;
    });
    await endsAsExpected(shaken, expected);
    // A clean stop leaves one of all that there was.
    await shaken.kill('scoring', 'SIGTERM');
    await shaken.startOne('scoring');
    await until('scoring has started', async () => (await startedFrom()) !== null);
    expect(await startedFrom()).toMatchObject({ kind: 'snapshot', refused: [] });
    await shaken.stop();
    expect(halfWritten).toBeGreaterThan(0);
    expect(damaged).toBeGreaterThan(0);
    expect(shaken.output).toMatch(/"reason":"corrupt".*a snapshot is not used: .+ is damaged/);
    // A clean stop leaves whole snapshots only.
    expect(files('.partial')).toEqual([]);
    expect(files('.snapshot').length).toBeGreaterThan(0);
    rmSync(folder, { recursive: true });
  }, 600_000);
});
