import { Departure, wantCounts, wantProblems } from './answer';
import { type Check } from './check';
import { type Row, Target } from './target';

const STORM = 6;
const STORM_ROWS = 50;

/** A change of one field, and where it stands. */
const CHANGES: readonly (readonly [path: string, change: Row])[] = [
  ['/amount', { amount: '1.01' }],
  ['/currency', { currency: 'USD' }],
  ['/type', { type: 'TOP_UP' }],
  ['/debtor/walletId', { debtor: { walletId: 'conformance-somebody-else' } }],
  ['/creditor/walletId', { creditor: { walletId: 'conformance-somebody-else' } }],
  ['/creditor/provider', { creditor: { provider: 'conformance-elsewhere', walletId: 'w' } }],
];

export const REPEAT_CHECKS: readonly Check[] = [
  {
    name: 'a batch sent again is all duplicates',
    says: 'the same id with the same content is a duplicate, and changes nothing',
    mend: 'keep (provider, transferId) unique, and compare what was sent with what is stored',
    run: async (target) => {
      const rows = target.transfers(20);
      wantCounts(await target.send(rows), 20, 0, 0);
      wantCounts(await target.send(rows), 0, 20, 0);
      wantCounts(await target.send([...rows].reverse()), 0, 20, 0);
      const more = [...rows.slice(0, 5), ...target.transfers(3)];
      wantCounts(await target.send(more), 3, 5, 0);
    },
  },
  {
    name: 'a row twice in one batch counts once',
    says: 'the same id with the same content is a duplicate, in a batch too',
    mend: 'judge the rows of a batch as if they had come one after the other',
    run: async (target) => {
      const [row, other] = [target.transfer(), target.transfer()];
      wantCounts(await target.send([row, other, row, row]), 2, 2, 0);
    },
  },
  {
    name: 'fields in another order, and what says the same, are a duplicate',
    says: 'content is compared, not its spelling: 1.5 is 1.50, null is left out',
    mend: 'compare what a row means after it was read',
    run: async (target) => {
      const row = target.transfer({ amount: '1.5' });
      wantCounts(await target.send([row]), 1, 0, 0);
      const turned = Object.fromEntries(Object.entries(row).reverse());
      wantCounts(await target.send([turned]), 0, 1, 0);
      wantCounts(await target.send([{ ...row, amount: '1.50', narrative: null }]), 0, 1, 0);
    },
  },
  {
    name: 'a storm of the same batch stores each row once',
    says: 'sent by many at once, the answers add up: each row is accepted once and a duplicate otherwise',
    mend: 'let the database decide who comes first (a unique key), not a look before an insert',
    run: async (target) => {
      const rows = target.transfers(STORM_ROWS);
      const answers = await Promise.all(
        Array.from({ length: STORM }, (_, n) => target.send(n % 2 ? rows : [...rows].reverse())),
      );
      for (const answer of answers) {
        const accepted = Target.accepted([answer]);
        wantCounts(answer, accepted, STORM_ROWS - accepted, 0);
      }
      const sum = Target.accepted(answers);
      if (sum === STORM_ROWS) return;
      throw new Departure(`${STORM_ROWS} rows accepted in all`, `${sum} were`);
    },
  },
  ...CHANGES.map(([path, change]): Check => ({
    name: `the same id with another ${path.slice(1)} is a conflict`,
    says: 'the same id with other money or parties is rejected as a CONFLICT',
    mend: 'compare type, amount, currency and both wallets with what is stored, and name the field that differs',
    run: async (target) => {
      const row = target.transfer();
      wantCounts(await target.send([row]), 1, 0, 0);
      const answer = await target.send([{ ...row, ...change }]);
      wantCounts(answer, 0, 0, 1);
      // Another wallet elsewhere differs in both its halves.
      const told = path === '/creditor/provider' ? {} : { path };
      wantProblems(answer, [{ index: 0, code: 'CONFLICT', ...told }]);
      wantCounts(await target.send([row]), 0, 1, 0);
    },
  })),
];
