import { MINUTE_MS, type PartyKind, type TransferStatus, type TransferType } from '#domain';
import { AnswerKey, type Label } from './answer-key';
import { FeedLog, LAB_PROVIDER, type RowIndex } from './feed-log';

/** A feed that a person can read: who pays whom, how many rupees, at which minute. */
export interface HandMadeRow {
  readonly from: string;
  readonly to: string;
  readonly rupees: number;
  readonly minute: number;
  readonly type?: TransferType;
  readonly status?: TransferStatus;
  readonly kinds?: readonly [PartyKind | null, PartyKind | null];
  readonly first?: RowIndex;
}

export const START_MS = Date.UTC(2026, 0, 5);

export const pay = (
  from: string,
  to: string,
  rupees: number,
  minute: number,
  more: Partial<HandMadeRow> = {},
): HandMadeRow => ({ from, to, rupees, minute, ...more });

export function handMadeLog(rows: readonly HandMadeRow[]): FeedLog {
  const log = new FeedLog(rows.length);
  for (const { from, to, rupees, minute, type, status, kinds, first } of rows) {
    log.add({
      transfer: {
        occurredAtMs: START_MS + minute * MINUTE_MS,
        type: type ?? 'P2P',
        status: status ?? 'SETTLED',
        amountMinor: Math.round(rupees * 100),
        currency: 'PKR',
        debtor: { provider: LAB_PROVIDER, walletId: from, kind: kinds?.[0] ?? null },
        creditor: { provider: LAB_PROVIDER, walletId: to, kind: kinds?.[1] ?? null },
      },
      debtorTokens: [],
      creditorTokens: [],
      ties: { first: first ?? null, reversed: null },
    });
  }
  return log;
}

/** `count` payments of 100 rupees between strangers, one a minute. */
export const strangers = (count: number): HandMadeRow[] =>
  Array.from({ length: count }, (_, n) => pay(`s${2 * n}`, `s${2 * n + 1}`, 100, n));

const labels = (rowsById: Readonly<Record<string, readonly RowIndex[]>>): Label[] =>
  Object.entries(rowsById).flatMap(([patternId, rows]) =>
    rows.map((row) => ({ row, patternId, patternType: patternId.replace(/\d+$/, '') })),
  );

/** Patterns by id, such as `{ chain1: [0, 3] }`: the type is the id without its number. */
export const handMadeKey = (
  patterns: Readonly<Record<string, readonly RowIndex[]>>,
  lookalikes?: Readonly<Record<string, readonly RowIndex[]>>,
): AnswerKey => new AnswerKey(labels(patterns), lookalikes ? labels(lookalikes) : null);

/** Every pattern, as if each could be seen. */
export const allOf = (key: AnswerKey): Set<number> => new Set(key.patterns.keys());
