import * as fc from 'fast-check';
import { PLANTED } from './monsters';
import { row } from './running-ingestion';

/** Text that may break something; planted, so that it is recognised in an answer. */
const nasty: fc.Arbitrary<string> = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.string({ unit: 'grapheme', maxLength: 80 }),
    fc.constantFrom('\u0000', '\ud800', '\u202e', '{', "'", '"', '\\', '\r\n', '%', '', ' ', '-'),
    fc.bigInt().map(String),
    fc.double().map(String),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  )
  .map((text) => `${text}${PLANTED}`);

const nastyValue: fc.Arbitrary<unknown> = fc.oneof(
  nasty,
  fc.jsonValue({ maxDepth: 4 }).map((value) => withPlanted(value)),
  fc.constantFrom(null, true, 0, -1, 1e308, Number.MAX_SAFE_INTEGER, [], {}, [[]]),
);

/** Ids are repeated by contract, and what a program would call a field: only other texts are planted. */
function withPlanted(value: unknown): unknown {
  if (typeof value === 'string') return `${value}${PLANTED}`;
  if (Array.isArray(value)) return value.map(withPlanted);
  return value;
}

const transfer = { ...row('F-1'), narrative: 'n', device: { id: 'd', ip: '::1' } };
const event = {
  ...{ eventId: 'F-1', type: 'CALL', occurredAt: '2026-03-01T14:05:09Z' },
  ...{ caller: { msisdn: '88800000001' }, callee: { msisdn: '88800000002' } },
};
const login = {
  ...{ eventId: 'F-1', type: 'LOGIN', occurredAt: '2026-03-01T14:05:09Z' },
  ...{ wallet: { walletId: 'W1' }, device: { id: 'd' }, ip: '::1' },
};

const NAMES = [
  ...['occurredAt', 'type', 'amount', 'currency', 'status', 'narrative', 'device', 'debtor'],
  ...['creditor', 'originalTransferId', 'balanceAfter', 'caller', 'callee', 'wallet', 'sim'],
  ...['agentId', '__proto__', 'constructor', 'location', 'x', 'tier', 'ip', 'openedAt'],
];

/** A good row of which one thing or several are something else. */
const mutatedRow: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom<object>(transfer, event, login),
    fc.array(
      fc.oneof(
        fc.tuple(fc.constantFrom(...NAMES), nastyValue),
        fc.tuple(
          fc.constantFrom('debtor', 'creditor', 'device', 'caller'),
          fc.dictionary(
            fc.constantFrom(
              'walletId',
              'name',
              'msisdn',
              'iban',
              'kind',
              'provider',
              'id',
              'imei',
              'openedAt',
            ),
            nastyValue,
          ),
        ),
      ),
      { minLength: 1, maxLength: 3 },
    ),
    fc.integer({ min: 0, max: 1_000_000 }),
  )
  .map(([base, changes, n]) =>
    JSON.stringify({
      ...base,
      ...('eventId' in base ? { eventId: `F-${n}` } : { transferId: `F-${n}` }),
      ...Object.fromEntries(changes),
    }),
  );

const rows = fc.array(mutatedRow, { minLength: 1, maxLength: 5 });
const list = fc.constantFrom('transfers', 'events');

/** What is asked before paying, with something else in it. */
const screening: fc.Arbitrary<string> = fc
  .tuple(
    fc.dictionary(
      fc.constantFrom('walletId', 'provider', 'msisdn', 'iban', '__proto__', 'x'),
      nastyValue,
      { maxKeys: 2 },
    ),
    fc.dictionary(fc.constantFrom('amount', 'currency', 'screeningId', 'payee', 'x'), nastyValue, {
      maxKeys: 2,
    }),
  )
  .map(([payee, more]) => JSON.stringify({ payee, ...more }));

/** Bodies of bad rows. */
export const mutatedBody: fc.Arbitrary<Buffer> = fc.oneof(
  fc.tuple(list, rows).map(([name, texts]) => Buffer.from(`{"${name}":[${texts.join()}]}`)),
  rows.map((texts) => Buffer.from(texts.join('\n'))),
  screening.map((text) => Buffer.from(text)),
);

/** Any JSON at all. */
export const jsonBody: fc.Arbitrary<Buffer> = fc.oneof(
  nastyValue.map((value) => Buffer.from(JSON.stringify(value))),
  fc
    .tuple(list, fc.array(nastyValue))
    .map(([name, values]) => Buffer.from(JSON.stringify({ [name]: values }))),
  fc
    .array(nastyValue)
    .map((values) => Buffer.from(values.map((v) => JSON.stringify(v)).join('\n'))),
);

/** A body with some of its bytes changed, taken out, or repeated. */
export const damagedBody: fc.Arbitrary<Buffer> = fc
  .tuple(
    mutatedBody,
    fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        bytes: fc.uint8Array({ maxLength: 4 }),
        over: fc.integer({ min: 0, max: 20 }),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  )
  .map(([body, damages]) =>
    damages.reduce((bytes, { at, bytes: put, over }) => {
      const place = Math.floor(at * bytes.length);
      return Buffer.concat([bytes.subarray(0, place), put, bytes.subarray(place + over)]);
    }, body),
  );

export const randomBytes: fc.Arbitrary<Buffer> = fc
  .uint8Array({ maxLength: 2_000 })
  .map((bytes) => Buffer.from(bytes));
