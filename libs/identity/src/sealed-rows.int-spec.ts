import { audit, SERVICE_ACTOR } from '#audit';
import { createTestDatabase, type TestDatabase } from '#testing';
import { IdentityVault } from './identity-vault';
import { KeySet } from './key-set';
import { pieceLabel, SealedRows } from './sealed-rows';

const old = KeySet.ofMaster(Buffer.alloc(32, 7));
const vault = new IdentityVault(old);
const next = new IdentityVault(old.withNew().using(2));
const NAMES = 2_345;

let database: TestDatabase;
let rows: SealedRows;

beforeEach(async () => {
  database = await createTestDatabase();
  rows = new SealedRows(database.dataSource);
  const sealed = Array.from({ length: NAMES }, (_, n) => vault.seal('name', `person ${String(n)}`));
  await database.dataSource.query(
    `insert into feed.identity (token, type, sealed, key_version)
     select token, 'name', sealed, 1 from unnest($1::text[], $2::bytea[]) as told(token, sealed)`,
    [sealed.map(({ token }) => token), sealed.map((one) => one.sealed)],
  );
  const number = vault.seal('msisdn', '03001234567');
  await database.dataSource.transaction(async (manager) => {
    await manager.query(
      `insert into intel.operation (id, name, kind, modus, created_by) values ('op', 'n', 'CALL_CENTRE', 'OTHER', 'x')`,
    );
    await manager.query(
      `insert into intel.indicator (operation_id, type, match, sealed, key_version, known_from, created_by)
       values ('op', 'msisdn', $1, $2, 1, now(), 'x'), ('op', 'wallet', E'demo\\nw', null, null, now(), 'x')`,
      [number.token, number.sealed],
    );
    await audit(manager, { act: 'x', outcome: 'done', actor: SERVICE_ACTOR, object: null });
  });
});

afterEach(() => database.drop());

const stored = async (): Promise<{ token: string; sealed: Buffer }[]> =>
  database.dataSource.query('select token, sealed from feed.identity');

describe('all that is sealed', () => {
  it('comes under the key version in use, page by page, and opens as before', async () => {
    expect([...(await rows.count())]).toEqual([[1, NAMES + 1]]);
    const told: number[] = [];
    expect(await rows.reseal(next, (seen) => told.push(seen))).toBe(NAMES + 1);
    expect(told.at(-1)).toBe(NAMES + 1);
    expect([...(await rows.count())]).toEqual([[2, NAMES + 1]]);
    const only = new IdentityVault(old.withNew().using(2).without(1));
    expect(() => only.open('x', Buffer.alloc(0))).toThrow();
    const names = new Set((await stored()).map(({ token, sealed }) => next.open(token, sealed)));
    expect(names.size).toBe(NAMES);
    expect(names.has('person 2344')).toBe(true);
    expect(await rows.reseal(next, () => undefined)).toBe(0);
  });

  it('leaves what somebody else has changed meanwhile, and what was erased', async () => {
    const [a, b] = await stored();
    const erase = (token: string, sealed: Buffer) =>
      database.dataSource.query(
        'update feed.identity set sealed = $2, key_version = 0 where token = $1',
        [token, IdentityVault.erased(sealed)],
      );
    await erase(a!.token, a!.sealed);
    const during = new SealedRows(database.dataSource);
    let isFirst = true;
    const slow = Object.create(next) as IdentityVault;
    const racing: { pending: Promise<unknown> | null } = { pending: null };
    slow.reseal = (token, sealed) => {
      // Between the reading of the page and its writing.
      if (isFirst) racing.pending = erase(b!.token, b!.sealed);
      isFirst = false;
      return next.reseal(token, sealed);
    };
    await during.reseal(slow, () => undefined);
    await racing.pending;
    await rows.reseal(next, () => undefined);
    const counts = await rows.count();
    expect([counts.get(1) ?? 0, (counts.get(0) ?? 0) + (counts.get(2) ?? 0)]).toEqual([
      0,
      NAMES + 1,
    ]);
    const after = (await stored()).find(({ token }) => token === a!.token)!;
    expect(() => next.open(after.token, after.sealed)).toThrow('erased');
  });

  it('is pieces of files too, however many', async () => {
    const { dataSource } = database;
    await dataSource.query(`insert into feed.provider (id) values ('demo')`);
    const [file]: { id: string }[] = await dataSource.query(
      `insert into feed.file (provider_id, kind, format, purpose, length) values ('demo', 'transfers', 'csv', 'LIVE', 100)
       returning id`,
    );
    const places = Array.from({ length: 9 }, (_, n) => n);
    for (const at of places) {
      const { sealed, keyVersion } = vault.sealBytes(pieceLabel(file!.id, at), Buffer.from([at]));
      await dataSource.query('insert into feed.file_piece values ($1, $2, 1, $3, $4)', [
        ...[file!.id, at, sealed, keyVersion],
      ]);
    }
    expect((await rows.count()).get(1)).toBe(NAMES + 1 + 9);
    expect(await rows.reseal(next, () => undefined)).toBe(NAMES + 1 + 9);
    expect([...(await rows.count())]).toEqual([[2, NAMES + 1 + 9]]);
    const pieces: { at: number; sealed: Buffer }[] = await dataSource.query(
      'select at, sealed from feed.file_piece order by at',
    );
    expect(
      pieces.map(({ at, sealed }) => next.openBytes(pieceLabel(file!.id, at), sealed)[0]),
    ).toEqual(places);
    // The key that was used before opens them no more.
    expect(() => vault.openBytes(pieceLabel(file!.id, 0), pieces[0]!.sealed)).toThrow('version 2');
  });
});
