import { DAY_MS, HOUR_MS } from '#domain';
import { wantCounts, wantProblems } from './answer';
import { type Check } from './check';
import { type Row, type Target } from './target';

/** Sends rows that all have to be taken, or all be refused because of one field. */
async function takes(target: Target, changes: readonly Row[]): Promise<void> {
  const rows = changes.map((change) => target.transfer(change));
  wantCounts(await target.send(rows), rows.length, 0, 0);
}

async function refuses(target: Target, path: string, changes: readonly Row[]): Promise<void> {
  const rows = changes.map((change) => target.transfer(change));
  const answer = await target.send(rows);
  wantCounts(answer, 0, 0, rows.length);
  wantProblems(
    answer,
    rows.map((_, index) => ({ index, code: 'INVALID_INPUT', path })),
  );
}

const amounts = (currency: string, ...texts: readonly unknown[]): Row[] =>
  texts.map((amount) => ({ currency, amount }));

const PLAIN = 'amount is a decimal string above zero, with at most the decimals of the currency';
const MEND_AMOUNT = 'read the text digit by digit into whole minor units; never through a float';

export const MONEY_CHECKS: readonly Check[] = [
  {
    name: 'each currency has its decimals',
    says: PLAIN,
    mend: 'take the decimals of each currency from ISO 4217: PKR 2, JPY 0, KWD 3',
    run: (target) =>
      takes(target, [
        ...amounts('PKR', '1', '1.2', '1.23', '0.01'),
        ...amounts('JPY', '1', '150'),
        ...amounts('KWD', '1', '1.234', '0.001'),
      ]),
  },
  {
    name: 'more decimals than a currency has are refused',
    says: PLAIN,
    mend: 'refuse a row rather than round it: rounded money is other money',
    run: (target) =>
      refuses(target, '/amount', [
        ...amounts('PKR', '1.234', '0.001', '1.000'),
        ...amounts('JPY', '1.5', '1.0'),
        ...amounts('KWD', '1.2345'),
      ]),
  },
  {
    name: 'what is no plain decimal is refused',
    says: PLAIN,
    mend: MEND_AMOUNT,
    run: (target) =>
      refuses(target, '/amount', [
        ...amounts('PKR', '0', '0.00', '-1', '-0', '+1', '1e3', '1E3', '0x10', '1,000', '1_000'),
        ...amounts('PKR', ' 1', '1 ', '.5', '1.', '01', '', 'NaN', 'Infinity', '1e400', '١٢'),
        ...amounts('PKR', 1, 1.5, true, null, ['1'], {}),
      ]),
  },
  {
    name: 'amounts go up to 10^13 minor units, and no further',
    says: '≤ 10^13 minor units',
    mend: 'compare whole minor units with the limit; a double is exact that far',
    run: async (target) => {
      await takes(target, [
        ...amounts('PKR', '100000000000.00', '99999999999.99'),
        ...amounts('JPY', '10000000000000'),
      ]);
      await refuses(target, '/amount', [
        ...amounts('PKR', '100000000000.01', '9'.repeat(18), '9'.repeat(200)),
        ...amounts('JPY', '10000000000001'),
      ]);
    },
  },
  {
    name: 'neighbouring amounts are told apart to the last digit',
    says: 'the same id with other money is a CONFLICT',
    mend: MEND_AMOUNT,
    run: async (target) => {
      const row = target.transfer({ amount: '90071992547.41' });
      wantCounts(await target.send([row]), 1, 0, 0);
      wantCounts(await target.send([{ ...row, amount: '90071992547.42' }]), 0, 0, 1);
      wantCounts(await target.send([row]), 0, 1, 0);
    },
  },
  {
    name: 'a currency that is none is refused',
    says: 'currency: ISO 4217',
    mend: 'compare with the list of active codes, in capitals',
    run: (target) =>
      refuses(
        target,
        '/currency',
        ['ZZZ', 'pkr', 'PKRS', 'Rs'].map((currency) => ({ currency })),
      ),
  },
];

/** The same instant as it is written `aheadHours` ahead of UTC. */
const elsewhere = (utc: string, aheadHours: number): string => {
  const local = new Date(Date.parse(utc) + aheadHours * HOUR_MS).toISOString().slice(0, -1);
  const sign = aheadHours < 0 ? '-' : '+';
  return `${local}${sign}${String(Math.abs(aheadHours)).padStart(2, '0')}:00`;
};

const SKEW_DAYS = 30;

export const TIME_CHECKS: readonly Check[] = [
  {
    name: 'the same instant with another offset is a duplicate',
    says: 'occurredAt is an RFC 3339 instant with an offset: the instant counts',
    mend: 'compare instants, not texts',
    run: async (target) => {
      const row = target.transfer();
      wantCounts(await target.send([row]), 1, 0, 0);
      for (const ahead of [5, -8, 0]) {
        const occurredAt = elsewhere(String(row.occurredAt), ahead);
        wantCounts(await target.send([{ ...row, occurredAt }]), 0, 1, 0);
      }
    },
  },
  {
    name: 'another instant under the same id and status is a conflict',
    says: 'the same id with other content is no duplicate',
    mend: 'compare the instant with what is stored, to the millisecond',
    run: async (target) => {
      const row = target.transfer();
      wantCounts(await target.send([row]), 1, 0, 0);
      const answer = await target.send([{ ...row, occurredAt: target.now(HOUR_MS) }]);
      wantCounts(answer, 0, 0, 1);
      wantProblems(answer, [{ index: 0, code: 'CONFLICT', path: '/occurredAt' }]);
    },
  },
  {
    name: 'what is no instant with an offset is refused',
    says: 'occurredAt: RFC 3339 with offset',
    mend: 'guess no zone, and mend no day that a month does not have',
    run: (target) =>
      refuses(
        target,
        '/occurredAt',
        [
          ...['2026-03-01T14:05:09', '2026-03-01', '2026-03-01 14:05:09+05:00', '1772355909'],
          ...['2026-02-30T14:05:09Z', '2026-03-01T25:05:09Z', '2026-03-01T14:05:09+5', 'yesterday'],
          ...['', '2026-13-01T00:00:00Z', '2026-03-01T14:05:61Z'],
        ].map((occurredAt) => ({ occurredAt })),
      ),
  },
  {
    name: 'instants outside 2000 to 2100 are refused',
    says: 'instants outside 2000-2100 are refused',
    mend: 'look at the year: a wrong century or unit is commoner there than an event',
    run: (target) =>
      refuses(
        target,
        '/occurredAt',
        ['1999-12-31T23:59:59Z', '2101-01-01T00:00:00Z', '0001-01-01T00:00:00Z'].map(
          (occurredAt) => ({ occurredAt }),
        ),
      ),
  },
  {
    name: 'late rows and rows ahead of the clock are stored',
    says: 'inside, the event’s own time rules; late or future is never refused',
    mend: 'compare occurredAt with no clock of yours',
    run: async (target) => {
      const ahead = [-SKEW_DAYS, SKEW_DAYS, -1, 0].map((days) => ({
        occurredAt: target.now(days * DAY_MS),
      }));
      await takes(target, ahead);
      await takes(target, [{}]);
    },
  },
];
