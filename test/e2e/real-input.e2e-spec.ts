import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describeWithShared } from '#testing';
import { Services } from './support/services';

const LAB = join(__dirname, '../../dist/apps/lab/src/main.js');
/** Ten days of the feed: long enough for indicators to come due while it streams. */
const ROWS = 150_000;

interface Case {
  readonly operationIds: readonly string[];
  readonly money: { tracedMinor: number; exitedMinor: number; heldMinor: number };
}

describeWithShared('a feed that none of us made', (shared) => {
  it('goes through the same path: every row answered once, cases with money in them', async () => {
    const services = await Services.start();
    const folder = mkdtempSync(join(tmpdir(), 'layerwatch real '));
    try {
      const source = join(shared, 'data/ibm-momtsim');
      const lines = gunzipSync(readFileSync(join(source, 'transfers.csv.gz')))
        .toString()
        .split('\n');
      const file = join(folder, 'transfers.csv.gz');
      writeFileSync(file, gzipSync(lines.slice(0, ROWS + 1).join('\n')));
      const feed = async (): Promise<string> => {
        const { stdout } = await promisify(execFile)(
          process.execPath,
          [LAB, 'feed', '--file', file, '--indicators', join(source, 'indicators.csv'), '--again'],
          {
            env: {
              ...process.env,
              LAYERWATCH_DATA: folder,
              INGESTION_URL: services.url('ingestion'),
              CASE_REFERRAL_URL: services.url('case-referral'),
              PROVIDER_KEY: services.providerKey,
              STAFF_KEY: services.staffKeys.analyst,
            },
          },
        );
        return stdout;
      };
      expect(await feed()).toMatch(/accepted 150,000 · duplicates 0 · rejected 0/);
      await services.settled();
      const alerts = await services.all('/v1/alerts');
      const cases = await services.all<Case>('/v1/cases');
      expect(alerts.length).toBeGreaterThan(0);
      expect(cases.some(({ operationIds }) => operationIds.length > 0)).toBe(true);
      for (const { money } of cases) {
        expect(
          Math.min(money.tracedMinor, money.exitedMinor, money.heldMinor),
        ).toBeGreaterThanOrEqual(0);
      }
      expect(await feed()).toMatch(/accepted 0 · duplicates 150,000 · rejected 0/);
      await services.settled();
      expect(await services.all('/v1/alerts')).toEqual(alerts);
      expect(await services.all('/v1/cases')).toEqual(cases);
    } finally {
      await services.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  }, 600_000);
});
