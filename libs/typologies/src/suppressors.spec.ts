import { type LogEntry } from '#contracts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#domain';
import { alertsOf, logOf, type Move, ordinaryLife, run } from '../test/feed';

/** So long a time of ordinary life has taught what is usual. */
const TAUGHT_DAYS = 14;
const DAYS = 31;

const at = (day: number, hour = 12, minute = 0): number =>
  day * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS;

/** Days on which a scene plays: all after the time of teaching. */
const days = Array.from({ length: DAYS - TAUGHT_DAYS }, (_, i) => TAUGHT_DAYS + i);
const many = <T>(count: number, of: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => of(i));

/** A household's one phone, with one SIM, used by each for a wallet of their own. */
const phoneOf = (who: string): Partial<Move> => ({ handset: 'phone', sim: 'number', person: who });

const pay = (
  from: string,
  to: string,
  rupees: number,
  atMs: number,
  more: Partial<Move> = {},
): Move => ({
  ...{ from, to, rupees, atMs },
  ...more,
});

/**
 * What honest people do that looks like layering at first sight (DOMAIN.md section 4, suppressors). Each plays among sixty
 * wallets of ordinary life, in amounts as they are usual in Pakistan.
 */
const SCENES: Readonly<Record<string, readonly Move[]>> = {
  'a kameti: ten members pay the treasurer each month, who pays the pot to one of them': [
    0, 1,
  ].flatMap((month) => {
    const day = TAUGHT_DAYS + month * 15;
    return [
      ...many(10, (i) => pay(`member${i}`, 'treasurer', 5_000, at(day, 10 + i / 2))),
      pay('treasurer', `member${month}`, 50_000, at(day + 1, 18)),
    ];
  }),
  'a salary day: an employer pays thirty, who pay rent and bills': many(30, (i) => [
    pay('employer', `staff${i}`, 42_000 + 700 * i, at(TAUGHT_DAYS + 1, 9, i), {
      type: 'SALARY',
    }),
    pay(`staff${i}`, `landlord${i % 6}`, 18_000, at(TAUGHT_DAYS + 2, 11, i)),
    pay(`staff${i}`, 'kelectric', 4_000, at(TAUGHT_DAYS + 3, 11, i), {
      type: 'BILL_PAYMENT',
      kind: 'BILLER',
    }),
  ]).flat(),
  'a benefit day: a programme pays fifty, who take it out in cash': many(50, (i) => [
    pay('programme', `family${i}`, 13_500, at(TAUGHT_DAYS + 4, 9, i), { type: 'BENEFIT' }),
    pay(`family${i}`, `agent${i % 5}`, 13_400, at(TAUGHT_DAYS + 4, 10, i), {
      type: 'CASH_OUT',
      kind: 'AGENT',
    }),
  ]).flat(),
  'a village’s one agent: on market day eight get money from a relative in town and take it out there':
    many(8, (i) => [
      pay(`relative${i}`, `villager${i}`, 6_000 + 700 * i, at(TAUGHT_DAYS + 5, 8 + i / 2)),
      pay(`villager${i}`, 'village agent', 5_500 + 700 * i, at(TAUGHT_DAYS + 5, 13, 9 * i), {
        type: 'CASH_OUT',
        kind: 'AGENT',
      }),
    ]).flat(),
  'Eid: everybody sends small gifts to relatives': many(40, (i) => [
    pay(`uncle${i % 10}`, `niece${i}`, 1_000, at(TAUGHT_DAYS + 6, 8, 3 * i)),
    pay(`uncle${(i + 1) % 10}`, `niece${i}`, 500, at(TAUGHT_DAYS + 6, 11, 3 * i)),
  ]).flat(),
  'a cattle market: buyers pay herders once, who pay the drover': many(4, (i) => [
    pay(`buyer${i}`, `herder${i}`, 140_000 + 5_000 * i, at(TAUGHT_DAYS + 8, 9 + i)),
    pay(`herder${i}`, 'drover', 6_000, at(TAUGHT_DAYS + 8, 15 + i)),
  ]).flat(),
  'school fees: thirty parents pay the school in a week': many(30, (i) =>
    pay(`parent${i}`, 'school', 6_500, at(TAUGHT_DAYS + 1 + (i % 5), 9, i), {
      type: 'BILL_PAYMENT',
      kind: 'BILLER',
    }),
  ),
  'ride-hailing: a driver gets twelve small fares a day from strangers': [
    ...many(TAUGHT_DAYS, (day) => day),
    ...days,
  ].flatMap((day) =>
    many(12, (i) => pay(`rider${day}-${i}`, 'driver', 250 + 40 * (i % 5), at(day, 8 + i))),
  ),
  "a family's daily transfers: earners send to the household, which pays school and shop":
    days.flatMap((day) => [
      pay('son', 'mother', 2_000, at(day, 9)),
      pay('daughter', 'mother', 1_500, at(day, 10)),
      pay('mother', 'grocer', 1_200, at(day, 11), { type: 'MERCHANT_PAYMENT', kind: 'MERCHANT' }),
      pay('mother', 'student', 800, at(day, 12)),
    ]),
  "a shop's daily sweep to its supplier": days.flatMap((day) => [
    ...many(15, (i) =>
      pay(`customer${(day * 7 + i) % 60}`, 'shop', 900 + 60 * i, at(day, 9 + i / 2), {
        type: 'MERCHANT_PAYMENT',
      }),
    ),
    pay('shop', 'supplier', 18_000, at(day, 20)),
  ]),
  'flatmates: four share the rent, one pays the landlord': [0].flatMap(() => [
    ...many(3, (i) => pay(`flatmate${i}`, 'tenant', 15_000, at(TAUGHT_DAYS + 2, 18, 10 * i))),
    pay('tenant', 'landlord', 60_000, at(TAUGHT_DAYS + 3, 10)),
  ]),
  'a salary handed on: a worker sends most of it home the same day': [0].flatMap(() => [
    pay('mill', 'worker', 38_000, at(TAUGHT_DAYS + 2, 9), { type: 'SALARY' }),
    pay('worker', 'wife', 34_000, at(TAUGHT_DAYS + 2, 9, 40)),
  ]),
  'a household phone: five of a family pay from one handset': days.flatMap((day) => [
    pay('father', 'mum', 2_000, at(day, 9), phoneOf('father')),
    ...['mum', 'sister', 'brother', 'gran'].map((who, i) =>
      pay(who, `friend of ${who}`, 400 + 50 * i, at(day, 15 + i), phoneOf(who)),
    ),
  ]),
  'a carrier’s network: what forty people share is an address, and that is no handset':
    days.flatMap((day) =>
      many(40, (i) =>
        pay(`surfer${i}`, `friend${i}`, 400 + i, at(day, 8, 12 * i), { tokens: ['address'] }),
      ),
    ),
  'a wedding collection: twenty guests give, the hall is paid': [
    ...many(20, (i) =>
      pay(`guest${i}`, 'groom', 2_000 + 500 * (i % 4), at(TAUGHT_DAYS + 9, 12, 9 * i)),
    ),
    pay('groom', 'hall', 45_000, at(TAUGHT_DAYS + 10, 11)),
  ],
};

describe('what honest people do', () => {
  it.each(Object.entries(SCENES))('%s: no alert', (_, scene) => {
    // Everybody has a handset, a number and a national id of their own.
    const life = ordinaryLife(DAYS).map((move) => {
      const { from } = move;
      return { ...move, handset: from, sim: from, person: from };
    });
    const moves = [...life, ...scene].sort((a, b) => a.atMs - b.atMs);
    const own = new Set(moves.flatMap((move, i) => (scene.includes(move) ? [2 * (i + 1)] : [])));
    const entries: LogEntry[] = logOf(moves);
    const raised = alertsOf(run(entries)).filter(({ positions }) =>
      positions.some((position) => own.has(position)),
    );
    expect(
      raised.map(({ risk, terms }) => [risk, ...terms.map((t) => `${t.name} ${t.logOdds}`)]),
    ).toEqual([]);
  });
});
