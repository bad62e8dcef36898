import { wantCounts, wantProblems } from './answer';
import { type Check } from './check';
import { type Row, type Target } from './target';

/** A row that is refused, and the field it is refused for. */
const refused = (
  name: string,
  says: string,
  mend: string,
  path: string,
  rowOf: (target: Target) => Row,
): Check => ({
  name,
  says,
  mend,
  run: async (target) => {
    const answer = await target.send([rowOf(target), target.transfer()]);
    wantCounts(answer, 1, 0, 1);
    wantProblems(answer, [{ index: 0, code: 'INVALID_INPUT', path }]);
  },
});

const without = (row: Row, field: string): Row =>
  Object.fromEntries(Object.entries(row).filter(([name]) => name !== field));

const REQUIRED = [
  ...['transferId', 'occurredAt', 'type', 'amount', 'currency', 'debtor', 'creditor'],
] as const;

const MEND_UNKNOWN = 'refuse what you do not know: a misspelt field would be lost in silence';

export const ROW_CHECKS: readonly Check[] = [
  ...REQUIRED.map((field) =>
    refused(
      `a row without ${field} is refused`,
      `required: ${REQUIRED.join(', ')}`,
      'check the shape of each row by itself, and name the field that is missing',
      `/${field}`,
      (target) => without(target.transfer(), field),
    ),
  ),
  refused(
    'a wallet without its id is refused',
    'required: debtor.walletId, creditor.walletId',
    'check the parties as you check the row',
    '/debtor/walletId',
    (target) => target.transfer({ debtor: { name: 'somebody' } }),
  ),
  refused(
    'an unknown field refuses its row',
    'an unknown field refuses the row',
    MEND_UNKNOWN,
    '/narative',
    (target) => target.transfer({ narative: 'misspelt' }),
  ),
  refused(
    'an unknown field of a party refuses its row',
    'an unknown field refuses the row',
    MEND_UNKNOWN,
    '/creditor/mobile',
    (target) => target.transfer({ creditor: { walletId: target.name(), mobile: '1' } }),
  ),
  refused(
    'a type that is not known is refused',
    'types: P2P, CASH_IN, CASH_OUT, …',
    'compare with the list of the contract, in capitals',
    '/type',
    (target) => target.transfer({ type: 'P2p' }),
  ),
  refused(
    'a wallet that pays itself is refused',
    'a wallet paying itself is refused',
    'compare provider and walletId of both parties; without a provider it is the sender',
    '/creditor/walletId',
    (target) => target.transfer({ debtor: { walletId: 'w' }, creditor: { walletId: 'w' } }),
  ),
  refused(
    'a reversal without its original is refused',
    'originalTransferId is required where type is REVERSAL',
    'ask for it where the type is REVERSAL',
    '/originalTransferId',
    (target) => target.transfer({ type: 'REVERSAL' }),
  ),
  {
    name: 'the same wallet id at two providers is two wallets',
    says: 'a wallet is (provider, walletId) everywhere',
    mend: 'keep and compare both halves',
    run: async (target) => {
      const walletId = target.name();
      const creditor = { provider: 'conformance-elsewhere', walletId };
      wantCounts(await target.send([target.transfer({ debtor: { walletId }, creditor })]), 1, 0, 0);
    },
  },
  {
    name: 'an optional field that is null counts as left out',
    says: 'an optional field that is null counts as left out',
    mend: 'read null as nothing',
    run: async (target) => {
      const row = target.transfer({ narrative: null, device: null, agentId: null });
      wantCounts(await target.send([row]), 1, 0, 0);
      wantCounts(
        await target.send([without(without(without(row, 'narrative'), 'device'), 'agentId')]),
        ...([0, 1, 0] as const),
      );
    },
  },
  {
    name: 'what is no object is a bad row, wherever it stands',
    says: 'each row is checked by itself',
    mend: 'expect anything between the brackets',
    run: async (target) => {
      const rows = [null, [], 'text', 7, true, target.transfer(), { transferId: {} }];
      wantCounts(await target.send(rows), 1, 0, 6);
    },
  },
  {
    name: '__proto__ and constructor are unknown fields like others',
    says: 'an unknown field refuses the row',
    mend: 'parse with JSON.parse or its like, and look fields up as own ones',
    run: async (target) => {
      for (const field of ['__proto__', 'constructor', 'toString']) {
        const text = JSON.stringify({ transfers: [{ ...target.transfer(), planted: {} }] });
        wantCounts(await target.post(text.replace('planted', field)), 0, 0, 1);
      }
    },
  },
];
