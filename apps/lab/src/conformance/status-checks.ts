import { wantCounts, wantProblems } from './answer';
import { type Check } from './check';
import { type Row, type Target } from './target';

/** Sends one row with these statuses, one after the other; the last is refused, or not. */
async function tell(
  target: Target,
  statuses: readonly string[],
  last: 'accepted' | 'duplicate' | 'refused',
): Promise<void> {
  const row = target.transfer();
  for (const [at, status] of statuses.entries()) {
    const answer = await target.send([{ ...row, status }]);
    const isLast = at === statuses.length - 1;
    if (!isLast || last === 'accepted') wantCounts(answer, 1, 0, 0);
    else if (last === 'duplicate') wantCounts(answer, 0, 1, 0);
    else {
      wantCounts(answer, 0, 0, 1);
      wantProblems(answer, [{ index: 0, code: 'CONFLICT', path: '/status' }]);
    }
  }
}

const way = (
  statuses: readonly string[],
  last: 'accepted' | 'duplicate' | 'refused',
  says: string,
): Check => ({
  name: `${statuses.join(', then ')}: ${last}`,
  says,
  mend: 'keep what each status was told with, and let PENDING become SETTLED or FAILED, and SETTLED become REVERSED, only',
  run: (target) => tell(target, statuses, last),
});

const LATER = 'the same id with a later status is an event on that transfer, and accepted';
const NOT_BACK = 'PENDING → SETTLED | FAILED, SETTLED → REVERSED, and no other way';
const AGAIN = 'what was told before changes nothing when it is told again, whatever came since';

/** Takes back what a transfer moved. */
const reversalOf = (target: Target, original: Row, change: Row = {}): Row =>
  target.transfer({
    type: 'REVERSAL',
    originalTransferId: original.transferId,
    debtor: original.creditor,
    creditor: original.debtor,
    ...change,
  });

export const STATUS_CHECKS: readonly Check[] = [
  way(['PENDING', 'SETTLED', 'REVERSED'], 'accepted', LATER),
  way(['PENDING', 'FAILED'], 'accepted', LATER),
  way(['SETTLED', 'PENDING'], 'refused', NOT_BACK),
  way(['PENDING', 'REVERSED'], 'refused', NOT_BACK),
  way(['PENDING', 'FAILED', 'SETTLED'], 'refused', NOT_BACK),
  way(['SETTLED', 'FAILED'], 'refused', NOT_BACK),
  way(['SETTLED', 'REVERSED', 'FAILED'], 'refused', NOT_BACK),
  way(['PENDING', 'SETTLED', 'PENDING'], 'duplicate', AGAIN),
  way(['PENDING', 'SETTLED', 'REVERSED', 'SETTLED'], 'duplicate', AGAIN),
  {
    name: 'all statuses of a transfer may come in one batch',
    says: 'rows count as if they had come one after the other',
    mend: 'judge each row by those before it in its batch too',
    run: async (target) => {
      const row = target.transfer();
      const statuses = ['PENDING', 'SETTLED', 'REVERSED', 'FAILED'];
      const answer = await target.send(statuses.map((status) => ({ ...row, status })));
      wantCounts(answer, 3, 0, 1);
      wantProblems(answer, [{ index: 3, code: 'CONFLICT', path: '/status' }]);
    },
  },
  {
    name: 'a status that is left out is SETTLED',
    says: 'status: SETTLED = default',
    mend: 'read a row without a status as one that has settled',
    run: async (target) => {
      const row = target.transfer({ status: 'SETTLED' });
      wantCounts(await target.send([row]), 1, 0, 0);
      wantCounts(await target.send([{ ...row, status: undefined }]), 0, 1, 0);
    },
  },
  {
    name: 'a reversal may come before its original',
    says: 'order does not matter: feeds begin in the middle',
    mend: 'take a reversal whose original is not known, and the original afterwards',
    run: async (target) => {
      const original = target.transfer();
      wantCounts(await target.send([reversalOf(target, original)]), 1, 0, 0);
      wantCounts(await target.send([original]), 1, 0, 0);
    },
  },
  {
    name: 'a reversal that does not fit its original is a conflict',
    says: 'a REVERSAL pays back what its original moved, in its currency, and no more than its amount',
    mend: 'compare a reversal with its original, where that is stored',
    run: async (target) => {
      const original = target.transfer({ status: 'SETTLED' });
      wantCounts(await target.send([original]), 1, 0, 0);
      const answer = await target.send([
        reversalOf(target, original, { amount: '1.01' }),
        reversalOf(target, original, { currency: 'USD' }),
        reversalOf(target, original, { debtor: { walletId: target.name() } }),
        reversalOf(target, original, { amount: '0.50' }),
      ]);
      wantCounts(answer, 1, 0, 3);
      const paths = ['/amount', '/currency', '/debtor/walletId'];
      wantProblems(
        answer,
        paths.map((path, index) => ({ index, code: 'CONFLICT', path })),
      );
    },
  },
];
