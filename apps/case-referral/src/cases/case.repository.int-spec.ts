import { randomUUID } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '#testing';
import { CaseRepository } from './case.repository';

describe('noting that a case has to be drawn', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    await database.drop();
  });

  it.each(['by its id', 'by a wallet that its money went to'])(
    'waits for whoever draws it, and is not lost with what that one saves: %s',
    async (found) => {
      const { dataSource } = database;
      const cases = new CaseRepository(dataSource);
      const ids = Array.from({ length: 3 }, () => randomUUID());
      const wallets = ids.map((_, i) => ({ provider: 'p', walletId: `W${i}` }));
      await dataSource.query(
        `insert into referral.case_file (id, revision, opened_at, as_of, risk, held_minor, fingerprint, body)
         select id, 1, now(), now(), 50, 1, '', '{}' from unnest($1::uuid[]) as made(id)`,
        [ids],
      );
      await dataSource.query(
        `insert into referral.case_transfer (provider, transfer_id, case_id, creditor_provider, creditor_wallet, body)
         select 'p', wallet, id, 'p', wallet, '{}' from unnest($1::uuid[], $2::text[]) as made(id, wallet)`,
        [ids, wallets.map(({ walletId }) => walletId)],
      );
      let noting!: Promise<void>;
      await dataSource.transaction(async (drawing) => {
        await cases.lock(drawing, ids);
        noting = dataSource.transaction((manager) =>
          found === 'by its id'
            ? cases.toDraw(manager, ids, [])
            : cases.toDraw(manager, [], wallets),
        );
        for (let waiting = false; !waiting;) {
          const [row] = await dataSource.query<{ waiting: boolean }[]>(
            `select exists (
               select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
             ) as waiting`,
          );
          ({ waiting } = row!);
        }
        await drawing.query('update referral.case_file set revision = 2, held_minor = 0');
        await cases.drawn(drawing, ids, 0);
      });
      await noting;
      const rows = await dataSource.query<{ stale: boolean }[]>(
        'select stale from referral.case_file',
      );
      expect(rows).toEqual(ids.map(() => ({ stale: true })));
    },
  );
});
