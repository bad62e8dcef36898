import fc from 'fast-check';
import { DateTime } from 'luxon';
import { type AppError, formatAmount, formatEventTime, minorDigits, parseAmount } from '#domain';
import { RefusedRow } from '../refused-row';
import { instantReader } from './local-instant';
import { MappedForm } from './mapped-form';
import { type FieldMapping, type MappingDocument } from './mapping-document';
import { readMapping } from './read-mapping';
import { amountReader } from './written-amount';

const FIELDS: Readonly<Record<string, FieldMapping>> = {
  transferId: { from: 'ID' },
  occurredAt: {
    from: ['DAY', 'TIME'],
    format: 'dd-MM-yyyy HH:mm:ss',
    timeZone: 'Asia/Karachi',
  },
  type: { from: 'CODE', values: { '01': 'P2P', '02': 'CASH_OUT' }, trim: true },
  amount: { from: 'AMT', grouping: ',' },
  currency: { constant: 'PKR' },
  'debtor.walletId': { from: 'PAYER', trim: true },
  'debtor.name': { from: ['FIRST', 'LAST'], trim: true },
  'creditor.walletId': { from: 'PAYEE' },
  'creditor.kind': { from: 'KIND', values: { M: 'MERCHANT' }, otherwise: 'PERSON' },
};
const COLUMNS = ['ID', 'DAY', 'TIME', 'CODE', 'AMT', 'PAYER', 'FIRST', 'LAST', 'PAYEE', 'KIND'];
const CELLS: Readonly<Record<string, string>> = {
  ID: 'T-1',
  DAY: '01-03-2026',
  TIME: '14:05:09',
  CODE: ' 01',
  AMT: '1,250.50',
  PAYER: 'W1 ',
  FIRST: 'Ayesha ',
  LAST: 'Khan',
  PAYEE: 'W2',
  KIND: 'X',
};

const document = (change: Record<string, unknown> = {}): unknown => ({
  fields: { ...FIELDS, ...change },
});
const formOf = (change: Record<string, unknown> = {}): MappedForm =>
  new MappedForm(readMapping(document(change)));

/** The same row, as CSV and as JSON: they have to come to the same. */
function mapped(form: MappedForm, change: Record<string, string> = {}): unknown {
  const cells = { ...CELLS, ...change };
  const header = [...COLUMNS, 'OTHER'];
  const asCsv = form.openCsv(header)(header.map((name) => cells[name] ?? ''));
  expect(form.ofJson(cells)).toEqual(asCsv);
  return asCsv;
}

const ROW = {
  transferId: 'T-1',
  occurredAt: '2026-03-01T09:05:09.000Z',
  type: 'P2P',
  amount: '1250.5',
  currency: 'PKR',
  debtor: { walletId: 'W1', name: 'Ayesha Khan' },
  creditor: { walletId: 'W2', kind: 'PERSON' },
};

describe('a mapped row', () => {
  it('is the row that one would have made by hand', () => {
    expect(mapped(formOf())).toEqual(ROW);
  });

  it('leaves out what has no text, also in part', () => {
    const row = mapped(formOf(), { FIRST: '', LAST: '  ', KIND: '', PAYEE: '' });
    expect(row).toEqual({ ...ROW, debtor: { walletId: 'W1' }, creditor: {} });
    expect(mapped(formOf(), { FIRST: '' })).toMatchObject({ debtor: { name: 'Khan' } });
  });

  it.each([
    ['CODE', '03', '/type', 'CODE', 'is no value that the mapping names'],
    ['AMT', '1,25', '/amount', 'AMT', 'is no amount as the mapping says amounts are written'],
    ['TIME', '25:00:00', '/occurredAt', 'DAY, TIME', 'is not written in the format of the mapping'],
    ['TIME', '', '/occurredAt', 'DAY, TIME', 'is not written in the format of the mapping'],
  ])('is refused for %s %s, and says where', (name, cell, path, column, detail) => {
    const row = mapped(formOf(), { [name]: cell });
    expect(row).toEqual(new RefusedRow({ code: 'INVALID_INPUT', path, detail, column }, 'T-1'));
  });

  it('of JSON may be nested, flat with dots, and have numbers that are exact', () => {
    const form = formOf({
      'debtor.walletId': { from: 'payer.account.id' },
      'creditor.walletId': { from: 'payee.id' },
      amount: { from: 'amount' },
    });
    const nested = { ...CELLS, 'payee.id': 'W2', amount: 1250.5 };
    const row = form.ofJson({ ...nested, payer: { account: { id: 17 } } });
    expect(row).toEqual({ ...ROW, debtor: { ...ROW.debtor, walletId: '17' } });
    for (const [id, detail] of [
      [1234567890123456789, 'more digits'],
      [1e21, 'more digits'],
      [{}, 'text or a number'],
      [['W1'], 'text or a number'],
    ] as const) {
      const refused = form.ofJson({ ...nested, payer: { account: { id } } }) as RefusedRow;
      expect(refused.fault.detail).toContain(detail);
      expect(refused.fault.column).toBe('payer.account.id');
    }
    expect(form.ofJson({ ...nested, payer: { account: null } })).toMatchObject({
      debtor: { name: 'Ayesha Khan' },
    });
    expect(form.ofJson('x')).toBeInstanceOf(RefusedRow);
    expect(form.ofJson([])).toBeInstanceOf(RefusedRow);
  });

  it('comes of a first line that has all its columns', () => {
    expect(() => formOf().openCsv(COLUMNS.slice(1))).toThrow('/fields/transferId/from');
  });

  it('names the sender’s column for a field of ours', () => {
    expect(formOf().columnOf('/debtor/walletId')).toBe('PAYER');
    expect(formOf().columnOf('/currency')).toBeUndefined();
    expect(formOf().columnOf('/nothing')).toBeUndefined();
  });
});

describe('a mapping document', () => {
  /** Where it is wrong, and how. */
  function fault(value: unknown): string {
    try {
      readMapping(value);
    } catch (error) {
      const [problem] = (error as AppError).problems;
      return `${problem!.path} ${problem!.detail}`;
    }
    return 'none';
  }

  it.each([
    [null, ' must be an object'],
    [{}, '/fields is required'],
    [{ fields: {}, x: 1 }, '/x is not a field of a mapping'],
    [{ fields: {} }, '/fields/transferId is required'],
    [document({ colour: { from: 'C' } }), '/fields/colour is no field of a transfer'],
    [document({ narrative: {} }), '/fields/narrative must have either from or constant'],
    [document({ narrative: { from: 'A', constant: 'b' } }), '/fields/narrative must have either'],
    [
      document({ narrative: { constant: 'b', trim: true } }),
      '/fields/narrative/trim has no meaning',
    ],
    [document({ narrative: { from: 'A', otherwise: 'b' } }), '/fields/narrative/otherwise has no'],
    [document({ narrative: { from: 'A', unit: 'MINOR' } }), '/fields/narrative/unit is not for'],
    [document({ narrative: { from: [] } }), '/fields/narrative/from '],
    [document({ narrative: { from: ['a', 'b', 'c', 'd', 'e'] } }), '/fields/narrative/from '],
    [document({ narrative: { from: 5 } }), '/fields/narrative/from must be a string'],
    [
      document({ amount: { from: 'A', decimal: ',', grouping: ',' } }),
      '/fields/amount/grouping must',
    ],
    [document({ amount: { from: 'A', grouping: '.' } }), '/fields/amount/grouping must differ'],
    [document({ type: { constant: 'P2X' } }), '/fields/type/constant must be one of P2P'],
    [document({ type: { from: 'A', values: { x: 'Y' } } }), '/fields/type/values/x must be one of'],
    [
      document({ occurredAt: { from: 'A', timeZone: 'UTC' } }),
      '/fields/occurredAt/timeZone has no',
    ],
    [
      document({ occurredAt: { from: 'A', format: 'dd' } }),
      '/fields/occurredAt/format must say year',
    ],
    [
      document({ occurredAt: { from: 'A', format: 'yyyy-MM-dd hh:mm' } }),
      '/fields/occurredAt/format',
    ],
    [document({ occurredAt: { from: 'A', format: 'yyyy-MM-dd' } }), '/fields/occurredAt/format'],
    [
      document({ occurredAt: { from: 'A', format: 'yyyy-MM-dd HH:mm' } }),
      '/fields/occurredAt/timeZone is',
    ],
    [
      document({ occurredAt: { from: 'A', format: 'yyyy-MM-dd HH:mm', timeZone: 'Mars/Olympus' } }),
      '/fields/occurredAt/timeZone must be a time zone',
    ],
    [
      document({ occurredAt: { from: 'A', format: 'yyyy-MM-dd HH:mm ZZ', timeZone: 'UTC' } }),
      '/fields/occurredAt/timeZone must be left out',
    ],
  ])('%j is refused: %s', (value, expected) => {
    expect(fault(value)).toContain(expected);
  });

  it.each([
    [{ occurredAt: { from: 'A' } }],
    [{ occurredAt: { from: 'A', format: 'UNIX_MILLIS' } }],
    [{ occurredAt: { from: 'A', format: "yyyy-MM-dd'T'HH:mm:ss.SSSZZ" } }],
    [{ occurredAt: { from: 'A', format: 'd LLL yy h:mm a', timeZone: 'Asia/Karachi' } }],
    [{ 'debtor.openedAt': { from: 'A', format: 'dd/MM/yyyy', timeZone: 'Asia/Karachi' } }],
  ])('%j is taken', (change) => {
    expect(fault(document(change))).toBe('none');
  });

  it.each([
    document({ 'Ayesha Khan': { from: 'A' } }),
    document({ 'Ayesha Khan': { from: 5 } }),
    { fields: FIELDS, 'Ayesha Khan': 1 },
    document({ type: { from: 'A', values: { 'Ayesha Khan': 'Y' } } }),
    document({ type: { from: 'A', values: { 'Ayesha Khan': 5 } } }),
    document({ type: { constant: 'Ayesha Khan' } }),
  ])('repeats no name that may be somebody’s: %j', (value) => {
    expect(fault(value)).toMatch(/^\/\S* \S/);
    expect(fault(value)).not.toContain('Ayesha');
  });
});

describe('an amount', () => {
  it('is read back as it was written, in major or minor units, grouped or not', () => {
    const currencies = fc.constantFrom('PKR', 'JPY', 'KWD');
    const minor = fc.integer({ min: 1, max: 10_000_000_000_000 });
    const signs = fc.constantFrom(['.', ','], [',', '.'], [',', ' '], ['.', "'"]);
    fc.assert(
      fc.property(currencies, minor, signs, (currency, amountMinor, [decimal, grouping]) => {
        const plain = formatAmount(amountMinor, currency);
        const [whole, fraction] = plain.split('.') as [string, string?];
        const written = whole.replace(/\B(?=(\d{3})+$)/g, grouping);
        const options = { decimal, grouping } as Pick<FieldMapping, 'decimal' | 'grouping'>;
        for (const text of [written, whole, `000${whole}`]) {
          const read = amountReader(options)(
            fraction === undefined ? text : `${text}${decimal}${fraction}00`,
            currency,
          ) as { amount: string };
          expect(parseAmount(read.amount, currency)).toBe(amountMinor);
        }
        const ofMinor = amountReader({ unit: 'MINOR' })(String(amountMinor), currency);
        expect(ofMinor).toEqual({ amount: plain });
        expect(minorDigits(currency)).toBe(fraction?.length ?? 0);
      }),
    );
  });

  it.each([
    ['1,00,00,000.5', { amount: '10000000.5' }],
    ['-12.00', { amount: '-12' }],
    ['1,25', 'fault'],
    ['12,50.00', 'fault'],
    ['1,250,5', 'fault'],
    ['1.5.5', 'fault'],
    ['', 'fault'],
    ['PKR 5', 'fault'],
    ['١٢', 'fault'],
  ])('%s grouped by commas is %j', (text, expected) => {
    const read = amountReader({ grouping: ',' })(text, 'PKR');
    expect('fault' in read ? 'fault' : read).toEqual(expected);
  });

  it.each([
    ['-5', { amount: '-0.05' }],
    ['0', { amount: '0.00' }],
    ['-0', { amount: '0.00' }],
    ['5.00', { amount: '0.05' }],
    ['5.5', { fault: 'must be a whole number of minor units' }],
    ['1234567890123456', { fault: 'is no amount as the mapping says amounts are written' }],
  ])('%s minor units is %j', (text, expected) => {
    expect(amountReader({ unit: 'MINOR' })(text, 'PKR')).toEqual(expected);
  });
});

describe('an instant', () => {
  const FORMAT = 'yyyy-MM-dd HH:mm:ss';
  const ZONES = ['Asia/Karachi', 'Europe/London', 'America/St_Johns', 'Australia/Lord_Howe', 'UTC'];

  it('is read back as a clock in its zone showed it, or as the first time that it did', () => {
    const at = fc.integer({ min: Date.UTC(2000, 0, 2) / 1_000, max: Date.UTC(2037, 0) / 1_000 });
    fc.assert(
      fc.property(at, fc.constantFrom(...ZONES), (seconds, zone) => {
        const atMs = seconds * 1_000;
        const shown = DateTime.fromMillis(atMs, { zone }).toFormat(FORMAT, { locale: 'en-US' });
        const read = instantReader(FORMAT, zone)(shown) as { instant: string };
        const gotMs = Date.parse(read.instant);
        expect(DateTime.fromMillis(gotMs, { zone }).toFormat(FORMAT, { locale: 'en-US' })).toBe(
          shown,
        );
        expect(gotMs).toBeLessThanOrEqual(atMs);
        expect(atMs - gotMs).toBeLessThanOrEqual(60 * 60 * 1_000);
      }),
      { numRuns: 300 },
    );
  });

  it('that comes twice is the first, and one that never was refuses the row', () => {
    const london = instantReader(FORMAT, 'Europe/London');
    // Clocks went back at 01:00 UTC on 25 October 2026, and forward at 01:00 UTC on 29 March.
    expect(london('2026-10-25 01:30:00')).toEqual({ instant: '2026-10-25T00:30:00.000Z' });
    expect(london('2026-10-25 00:59:59')).toEqual({ instant: '2026-10-24T23:59:59.000Z' });
    expect(london('2026-10-25 02:00:00')).toEqual({ instant: '2026-10-25T02:00:00.000Z' });
    expect(london('2026-03-29 00:59:59')).toEqual({ instant: '2026-03-29T00:59:59.000Z' });
    expect(london('2026-03-29 01:30:00')).toMatchObject({ fault: expect.any(String) as string });
    expect(london('2026-03-29 02:00:00')).toEqual({ instant: '2026-03-29T01:00:00.000Z' });
  });

  it.each([
    ['UNIX_MILLIS', undefined, '1764511509123', Date.UTC(2025, 10, 30, 14, 5, 9, 123)],
    ['UNIX_SECONDS', undefined, '1764511509', Date.UTC(2025, 10, 30, 14, 5, 9)],
    [
      'yyyy-MM-dd HH:mm:ss ZZ',
      undefined,
      '2026-03-01 14:05:09 +05:00',
      Date.UTC(2026, 2, 1, 9, 5, 9),
    ],
    ['d LLL yy h:mm a', 'Asia/Karachi', '1 Mar 26 2:05 PM', Date.UTC(2026, 2, 1, 9, 5)],
    ['dd/MM/yyyy', 'Asia/Karachi', '01/03/2026', Date.UTC(2026, 1, 28, 19)],
  ])('in the format %s is read', (format, zone, text, atMs) => {
    expect(instantReader(format, zone)(text)).toEqual({ instant: formatEventTime(atMs) });
  });
});

it.each(['', '-1', '1764511509.5', '99999999999999', 'now'])('%s is no Unix time', (text) => {
  expect(instantReader('UNIX_SECONDS', undefined)(text)).toMatchObject({
    fault: expect.any(String) as string,
  });
});

it('is the same document by type and by schema', () => {
  const typed: MappingDocument = { delimiter: ';', fields: FIELDS };
  expect(readMapping(typed)).toBe(typed);
});
