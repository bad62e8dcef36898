import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '#testing';
import { type AuditFact } from './audit-entry';
import { exportTrail } from './audit-export.repository';
import { AuditList } from './audit-list.repository';
import { AuditKey, AuditRoots, type SignedRoot } from './audit-root.repository';
import { audit } from './audit-trail.repository';

const VERIFIER = join(__dirname, '../../../scripts/verify-audit.mjs');
const folder = mkdtempSync(join(tmpdir(), 'layerwatch audit '));
const file = (name: string): string => join(folder, name);

let database: TestDatabase;
let key: AuditKey;
let roots: AuditRoots;

function newKey(name: string): AuditKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(file(name), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return AuditKey.fromFile(file(name));
}

beforeAll(async () => {
  database = await createTestDatabase();
  key = newKey('key');
  roots = new AuditRoots(database.dataSource, key);
});

afterAll(async () => {
  await database.drop();
  rmSync(folder, { recursive: true });
});

const fact = (actor: string, n: number): AuditFact => ({
  act: 'read cases',
  outcome: 'done',
  actor: { id: actor, roles: ['analyst'], unit: 'circle-1' },
  object: { type: 'case', id: `c-${String(n)}` },
  reason: 'گاہک “quoted” \\ \u{1f600}',
});

async function exported(publicKey = key.publicPem): Promise<Record<string, unknown>[]> {
  const lines: Record<string, unknown>[] = [];
  for await (const line of exportTrail(database.dataSource, publicKey)) {
    lines.push(line as Record<string, unknown>);
  }
  return lines;
}

/** As somebody does who has an export, the verifier, and nothing else. */
function verify(
  lines: readonly unknown[] | string,
  ...args: string[]
): { code: number; said: string } {
  const text =
    typeof lines === 'string' ? lines : lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  writeFileSync(file('export'), text);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [VERIFIER, file('export'), ...args],
    { encoding: 'utf8' },
  );
  return { code: status ?? -1, said: stdout + stderr };
}

describe('the audit trail', () => {
  it('is whole as it was written, by several at once, in transactions that fail and succeed', async () => {
    await Promise.all(
      Array.from({ length: 60 }, async (_, n) => {
        const work = database.dataSource.transaction(async (manager) => {
          await audit(manager, fact(`p-${String(n % 7)}`, n));
          if (n % 5 === 0) throw new Error('it is taken back');
        });
        await work.catch(() => undefined);
      }),
    );
    const root = await roots.sign(new Date());
    expect(root).not.toBeNull();
    expect(await roots.sign(new Date())).toBeNull();
    for (let n = 60; n < 64; n += 1) await audit(database.dataSource, fact('p-1', n));
    const { code, said } = verify(await exported());
    expect([code, said]).toEqual([
      0,
      expect.stringContaining('OK: 52 entries in 16 chains, 1 signed'),
    ]);
    expect(said).toContain('4 entries came after');
  });

  it('names the first entry that is broken: changed, taken out, cut off, moved, put in', async () => {
    const lines = await exported();
    const entries = lines.flatMap((line, at) => ('place' in line ? [at] : []));
    const named = (at: number): string => {
      const { chain, place } = lines[at] as { chain: number; place: number };
      return `BROKEN: chain ${String(chain)}, entry ${String(place)}:`;
    };
    fc.assert(
      fc.property(fc.constantFrom(...entries), fc.nat(), fc.nat(2), (at, where, how) => {
        const broken = structuredClone(lines);
        if (how === 0) {
          const entry = broken[at] as { body: string };
          const i = where % entry.body.length;
          const other = entry.body[i] === 'x' ? 'y' : 'x';
          entry.body = entry.body.slice(0, i) + other + entry.body.slice(i + 1);
        } else if (how === 1) {
          broken.splice(at, 1);
        } else {
          broken.splice(at, 0, structuredClone(lines[at]!));
        }
        const { code, said } = verify(broken);
        expect([code, said]).toEqual([1, expect.stringContaining(named(at))]);
      }),
      { numRuns: 40 },
    );
    const last = entries.at(-1)!;
    const cut = lines.filter((_, at) => at !== last);
    expect(verify(cut)).toMatchObject({
      code: 1,
      said: expect.stringContaining(named(last)) as string,
    });
    const [a, b] = entries as [number, number];
    const moved = structuredClone(lines);
    [moved[a], moved[b]] = [moved[b]!, moved[a]!];
    expect(verify(moved).code).toBe(1);
  });

  it('names what is broken wherever one byte of an export is another', async () => {
    const lines = (await exported()).map((line) => JSON.stringify(line));
    const isOfEntry = (line: string): boolean => line.includes('"place"');
    fc.assert(
      fc.property(fc.nat(lines.length - 1), fc.nat(), (which, where) => {
        const line = lines[which]!;
        // When it came is not hashed: it is looked at for whether it can be.
        const length = isOfEntry(line) ? line.indexOf(',"at":"') : line.length;
        const i = where % length;
        const other = line[i] === '7' ? '8' : '7';
        const broken = lines.with(which, line.slice(0, i) + other + line.slice(i + 1));
        const { code, said } = verify(broken.map((one) => `${one}\n`).join(''));
        // That it is an export at all stands in its first line.
        const isNone = which === 0 && code === 2;
        expect([line, i, isNone ? 1 : code]).toEqual([line, i, 1]);
        expect(said).toMatch(isNone ? /^cannot check it: / : /^BROKEN: /);
      }),
      { numRuns: 80 },
    );
  });

  it('names an entry that is filed under another time', async () => {
    const lines = await exported();
    const [first, second] = lines.flatMap((line, at) => ('place' in line ? [at] : []));
    for (const at of ['1970-01-02T00:00:00.000Z', '2099-01-01T00:00:00.000Z', 'never']) {
      const moved = structuredClone(lines);
      Object.assign(moved[second!]!, { at });
      const { chain, place } = lines[second!] as { chain: number; place: number };
      const named = `BROKEN: chain ${String(chain)}, entry ${String(place)}: it says`;
      expect(verify(moved)).toMatchObject({
        code: 1,
        said: expect.stringContaining(named) as string,
      });
    }
    const soon = structuredClone(lines);
    const later = new Date(Date.parse((lines[first!] as { at: string }).at) + 2 * 3_600_000);
    Object.assign(soon[first!]!, { at: later.toISOString() });
    expect(verify(soon)).toMatchObject({
      code: 1,
      said: expect.stringContaining('long before') as string,
    });
  });

  it('has roots that were taken out, and says where it is not anchored', async () => {
    await audit(database.dataSource, fact('p-1', 99));
    await roots.sign(new Date());
    const lines = await exported();
    const without = lines.filter((line) => (line as { root?: number }).root !== 1);
    expect(verify(without)).toMatchObject({
      code: 1,
      said: expect.stringContaining('root 1: missing') as string,
    });
    const kept = lines.find((line) => 'root' in line);
    writeFileSync(file('root'), JSON.stringify(kept));
    expect(verify(lines).said).toContain('NOT ANCHORED');
    expect(verify(lines, '--root', file('root')).said).not.toContain('NOT ANCHORED');
  });

  it('shows what was cut off with its bookkeeping by the roots, and a rewritten one by those kept elsewhere', async () => {
    const lines = await exported();
    const signed = lines.find((line) => 'root' in line) as unknown as SignedRoot;
    // Whoever can write to the database can also write what a chain has come to.
    const at = lines.findIndex((line) => 'place' in line);
    const { chain } = lines[at] as { chain: number };
    const last = lines.findLastIndex((line) => line.chain === chain);
    const rewritten = structuredClone(lines);
    const heads = (rewritten[0] as { chains: { number: number; length: number; hash: string }[] })
      .chains;
    const before = lines[last - 1] as { hash: string; place: number };
    rewritten.splice(last, 1);
    Object.assign(
      heads.find(({ number }) => number === chain)!,
      {
        length: before.place,
        hash: before.hash,
      },
    );
    (rewritten.at(-1) as { end: { entries: number } }).end.entries -= 1;
    const isSigned = signed.heads.some(
      ([number, length]) => number === chain && length > before.place,
    );
    expect(isSigned).toBe(true);
    expect(verify(rewritten)).toMatchObject({
      code: 1,
      said: expect.stringContaining('missing; root 1') as string,
    });
    // Whoever has another key signs another root: the kept key and the kept root tell.
    const forger = newKey('forger');
    const forged = structuredClone(lines).filter((line) => !('root' in line));
    (forged.at(-1) as { end: { roots: number } }).end.roots = 0;
    writeFileSync(file('root'), JSON.stringify(signed));
    writeFileSync(file('public'), key.publicPem);
    expect(verify(forged).code).toBe(0);
    expect(verify(forged, '--root', file('root'))).toMatchObject({
      code: 1,
      said: expect.stringContaining('that was kept is not in it') as string,
    });
    const signature = forger.sign(`${signed.at} ${signed.merkle}`).toString('base64');
    const resigned = lines.map((line) => ('root' in line ? { ...line, signature } : line));
    expect(verify(resigned, '--key', file('public'))).toMatchObject({
      code: 1,
      said: expect.stringContaining('signature') as string,
    });
  });

  it('says of what is no export that it is none', () => {
    for (const text of ['', '{}\n', 'x', '{"format":"layerwatch-audit","version":2}\n']) {
      expect([text, verify(text).code]).toEqual([text, text === 'x' ? 1 : 2]);
    }
    const { status } = spawnSync(process.execPath, [VERIFIER, file('nothing')]);
    expect(status).toBe(2);
  });

  it('is never changed, not even by who owns it, as long as it is there', async () => {
    for (const statement of [
      `update audit.entry set body = body`,
      `delete from audit.entry`,
      `truncate audit.entry`,
      `delete from audit.root`,
    ]) {
      await expect(database.dataSource.query(statement)).rejects.toThrow('never changed');
    }
  });

  it('gives places and hashes that whoever writes has no say in', async () => {
    await database.dataSource.query(
      `insert into audit.entry (chain, place, body, hash, transaction_id, at)
       values (3, 999, '{"act":"x"}', '\\x00', '1', '2000-01-01')`,
    );
    expect(verify(await exported()).code).toBe(0);
  });

  it('is read in the order in which it came, by whom and of what one looks for', async () => {
    const list = new AuditList(database.dataSource);
    const any = { actor: null, objectType: null, objectId: null };
    const page = await list.list(null, any, 30);
    const rest = await list.list(page.at(-1)!.place, any, 1_000);
    expect(page.length + rest.length).toBe(54);
    const mine = await list.list(null, { ...any, actor: 'p-1' }, 100);
    expect(mine.length).toBeGreaterThan(4);
    expect(new Set(mine.map(({ entry }) => entry.actor.id))).toEqual(new Set(['p-1']));
    const one = await list.list(null, { ...any, objectType: 'case', objectId: 'c-61' }, 100);
    expect(one.map(({ entry }) => entry.object?.id)).toEqual(['c-61']);
  });
});
