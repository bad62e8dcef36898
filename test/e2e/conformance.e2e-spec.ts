import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Theme } from '../../apps/lab/src/conformance/check';
import { type CheckResult, runChecks } from '../../apps/lab/src/conformance/run-checks';
import { Target } from '../../apps/lab/src/conformance/target';
import { giveProviderKey } from '#identity';
import { Services } from './support/services';
import { type Wrong, WrongServer } from './support/wrong-server';

const LAB = join(__dirname, '../../dist/apps/lab/src/main.js');

let services: Services;
let folder: string;

beforeAll(async () => {
  services = await Services.start(['ingestion']);
  folder = mkdtempSync(join(tmpdir(), 'layerwatch-conformance-'));
}, 60_000);

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await services.stop();
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** `npm run conformance -- …` */
function conformance(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const child = spawn(process.execPath, [LAB, 'conformance', ...args], {
    env: { ...process.env, INGESTION_URL: '', PROVIDER_KEY: '', ...env },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((resolve) => {
    child.on('close', (code) => {
      resolve({ code, out, err });
    });
  });
}

const failedOf = (results: readonly CheckResult[]): string[] =>
  results.filter(({ passed }) => !passed).map(({ name }) => name);

describe('our own server', () => {
  it('is as the contract says, again and again, and no transfer of the kit stays without its mark', async () => {
    const file = join(folder, 'results.json');
    const args = ['--url', services.url('ingestion'), '--key', services.providerKey];
    for (const more of [
      ['--json', file],
      ['--only', 'statuses'],
    ]) {
      const { code, out, err } = await conformance([...args, ...more]);
      expect([out.match(/^FAIL.*(?:\n {6}.*)*/gm), err, code]).toEqual([null, '', 0]);
    }
    const told = JSON.parse(readFileSync(file, 'utf8')) as {
      passed: number;
      failed: number;
      results: CheckResult[];
    };
    expect(told.failed).toBe(0);
    expect(told.passed).toBe(told.results.length);
    expect(told.passed).toBeGreaterThan(60);
    const rows: { marked: boolean; moves: boolean; count: number }[] =
      await services.database.dataSource.query(
        `select transfer_id like 'conformance-%' as marked, amount_minor > 10000 and status = 'SETTLED' as moves, count(*)::int
         from feed.transfer group by 1, 2`,
      );
    expect(rows.map(({ marked, moves }) => ({ marked, moves }))).toEqual([
      { marked: true, moves: false },
    ]);
    expect(rows[0]!.count).toBeLessThan(7_000);
  }, 240_000);

  it('is tried with signed requests where the key wants them, and the key is named where it is not taken', async () => {
    const asked = { scopes: ['report'], networks: null, signed: true, expiresAt: null } as const;
    const { key } = await services.database.dataSource.transaction((manager) =>
      giveProviderKey(manager, { provider: 'signing', ...asked }),
    );
    const args = ['--url', services.url('ingestion'), '--only', 'repeats'];
    const signed = await conformance([...args, '--signed'], { PROVIDER_KEY: key });
    expect([signed.err, signed.code]).toEqual(['', 0]);
    const unsigned = await conformance(args, { PROVIDER_KEY: key });
    expect([unsigned.code, unsigned.err]).toEqual([78, expect.stringContaining('--signed')]);
  }, 120_000);

  it('is not looked for where nobody answers, nor asked for what cannot be', async () => {
    const key = ['--key', 'lw_x'];
    for (const [args, code] of [
      [['--url', 'http://127.0.0.1:9', ...key], 69],
      [['--url', 'ftp://here', ...key], 78],
      [key, 78],
      [['--url', 'http://127.0.0.1:9'], 78],
      [['--url', 'http://127.0.0.1:9', ...key, '--only', 'all'], 78],
      [['--url', `${services.url('ingestion')}/elsewhere`, ...key], 78],
      [['--help'], 0],
    ] as const) {
      expect([args, (await conformance(args)).code]).toEqual([args, code]);
    }
  }, 60_000);
});

/** Whatever of a body stands between these becomes something else. */
const replaced = (pattern: RegExp, by: string) => (text: string) => text.replace(pattern, by);

const WRONGS: readonly (readonly [what: string, wrong: Wrong, theme: Theme, check: string])[] = [
  [
    'never recognises what was sent before',
    { body: (text, n) => text.replaceAll('"transferId":"', `"transferId":"${String(n)}.`) },
    'repeats',
    'a batch sent again is all duplicates',
  ],
  [
    'answers 500 to what is not ASCII',
    {
      answer: (text) => (/[^\x00-\x7f]/.test(text) ? { status: 500, body: 'oops' } : null),
    },
    'text',
    'names and narratives in Urdu and any other script are stored as they are',
  ],
  [
    'rounds decimals',
    { body: replaced(/"amount":"(\d+\.\d\d)\d+"/g, '"amount":"$1"') },
    'money',
    'more decimals than a currency has are refused',
  ],
  [
    'forgets the zone of an instant',
    { body: replaced(/(\d\d:\d\d:\d\d\.\d+)[+-]\d\d:\d\d"/g, '$1Z"') },
    'time',
    'the same instant with another offset is a duplicate',
  ],
  [
    'takes every status for the last',
    { body: replaced(/"status":"FAILED"/g, '"status":"SETTLED"') },
    'statuses',
    'PENDING, then FAILED, then SETTLED: refused',
  ],
  [
    'says nothing of what it refused',
    { told: replaced(/"problems":\[.+\]/, '"problems":[]') },
    'rows',
    'an unknown field refuses its row',
  ],
  [
    'overlooks fields that it does not know',
    { body: replaced(/,"narative":"[^"]*"/g, '') },
    'rows',
    'an unknown field refuses its row',
  ],
  [
    'answers errors in words of its own',
    { told: replaced(/"correlationId"/, '"id"') },
    'answers',
    'a body with no JSON is 400',
  ],
  [
    'loses the end of a stream',
    { body: (text) => (text.length > 300_000 ? text.slice(0, 300_000) : text) },
    'breaks',
    'a stream that was cut, sent again, loses and doubles nothing',
  ],
  [
    'has no limit of rows',
    {
      answer: (text) =>
        text.length > 250_000
          ? { status: 200, body: '{"accepted":1000,"duplicates":0,"rejected":0,"problems":[]}' }
          : null,
    },
    'limits',
    '1,000 rows are taken in one JSON body, 1,001 are 413',
  ],
  [
    'takes other numbers for the same call',
    { body: replaced(/"callee":\{"msisdn":"888\d+"\}/g, '"callee":{"msisdn":"88800000009"}') },
    'events',
    'an event under a known id with other content is a conflict',
  ],
];

describe('a server that is wrong', () => {
  it.each(WRONGS)(
    'because it %s is told so',
    async (_, wrong, theme, check) => {
      const server = await WrongServer.start(services.url('ingestion'), wrong);
      try {
        const target = new Target(new URL(`${server.url}/`), services.providerKey, null);
        const results = await runChecks(target, [theme]);
        expect(failedOf(results)).toContain(check);
        const { failure } = results.find(({ name }) => name === check)!;
        expect(Object.values(failure!).every((text) => text.length > 5)).toBe(true);
      } finally {
        await server.close();
      }
    },
    60_000,
  );
});
