import fc from 'fast-check';
import { type TransferRow } from '#contracts';
import { IdentityVault } from '#identity';
import { type CheckedRow, readTransfer } from './read-transfer';
import { idIn, type Reading } from './row-reading';
import { type MakeSafe } from './tokens';

const vault = new IdentityVault(Buffer.alloc(32, 7));
const makeSafe: MakeSafe = (type, text) => {
  const identity = vault.seal(type, text);
  return { token: identity.token, identity };
};

const good: TransferRow = {
  transferId: 'T1',
  occurredAt: '2026-03-01T14:05:09.123+05:00',
  type: 'P2P',
  amount: '1250.50',
  currency: 'PKR',
  debtor: { walletId: 'W1' },
  creditor: { walletId: 'W2' },
};

const read = (row: unknown): Reading<CheckedRow> => readTransfer(row, 'demo', makeSafe);

function checked(change: Record<string, unknown>): CheckedRow {
  const reading = read({ ...good, ...change });
  if (!reading.ok) throw new Error(`refused: ${reading.problem.path} ${reading.problem.detail}`);
  return reading.row;
}

function refusedAt(change: Record<string, unknown>): string {
  const reading = read({ ...good, ...change });
  return reading.ok ? 'accepted' : reading.problem.path;
}

const party = (change: Record<string, unknown>) => ({ walletId: 'W1', ...change });
const ofLength = (length: number): string => 'x'.repeat(length);

describe('reading a row', () => {
  it('reads the smallest row', () => {
    expect(checked({})).toEqual({
      report: {
        transferId: 'T1',
        status: 'SETTLED',
        type: 'P2P',
        occurredAtMs: Date.UTC(2026, 2, 1, 9, 5, 9, 123),
        amountMinor: 125_050,
        currency: 'PKR',
        debtor: { provider: 'demo', walletId: 'W1', kind: null },
        creditor: { provider: 'demo', walletId: 'W2', kind: null },
        originalTransferId: null,
        particulars: null,
      },
      sequence: null,
      identities: [],
    });
  });

  it('keeps everything optional, and of an identifier its token only', () => {
    const { report, identities } = checked({
      endToEndId: 'E1',
      rail: 'RAAST',
      channel: 'APP',
      agentId: 'A1',
      location: 'Lahore',
      narrative: 'school fee',
      balanceAfter: '-10.05',
      device: { id: 'D1', imei: '490154203237518', ip: '10.0.0.1' },
      debtor: party({
        provider: 'other',
        kind: 'PERSON',
        name: 'Ayesha Khan',
        msisdn: '03001234567',
        nationalId: '35201-1234567-1',
        iban: 'PK36SCBL0000001123456702',
        tier: 'L1',
        country: 'PK',
        openedAt: '2020-01-01T05:00:00+05:00',
      }),
    });
    const token = vault.token.bind(vault);
    expect(report.debtor).toEqual({ provider: 'other', walletId: 'W1', kind: 'PERSON' });
    expect(report.particulars).toEqual({
      endToEndId: 'E1',
      rail: 'RAAST',
      channel: 'APP',
      agentId: 'A1',
      location: 'Lahore',
      narrative: token('narrative', 'school fee'),
      balanceAfterMinor: -1_005,
      device: {
        id: token('device', 'D1'),
        imei: token('imei', '490154203237518'),
        ip: token('ip', '10.0.0.1'),
      },
      debtor: {
        name: token('name', 'Ayesha Khan'),
        msisdn: token('msisdn', '923001234567'),
        nationalId: token('nationalId', '3520112345671'),
        iban: token('iban', 'PK36SCBL0000001123456702'),
        tier: 'L1',
        country: 'PK',
        openedAt: '2020-01-01T00:00:00.000Z',
      },
    });
    expect(identities.map(({ type }) => type).sort()).toEqual(
      ['device', 'iban', 'imei', 'ip', 'msisdn', 'name', 'narrative', 'nationalId'].sort(),
    );
    expect(JSON.stringify(report)).not.toMatch(/Ayesha|3001234567|1234567|school|4901542|10\.0\.0/);
  });

  it('takes an optional field that is null as left out', () => {
    const nothing = { kind: null, name: null, country: null, openedAt: null, provider: null };
    const { report } = checked({
      status: null,
      narrative: null,
      device: null,
      balanceAfter: null,
      originalTransferId: null,
      debtor: party(nothing),
    });
    expect(report).toEqual(checked({}).report);
  });

  it.each(['transferId', 'occurredAt', 'type', 'amount', 'currency', 'debtor', 'creditor'])(
    'needs %s, and not as null or another type',
    (field) => {
      for (const value of [undefined, null, 12, true, [], ['x']]) {
        expect(refusedAt({ [field]: value })).toBe(`/${field}`);
      }
    },
  );

  it.each([
    ['transferId', 64],
    ['originalTransferId', 64],
    ['endToEndId', 64],
    ['rail', 64],
    ['channel', 64],
    ['agentId', 64],
    ['location', 140],
    ['narrative', 500],
  ])('%s has 1 to %i characters', (field, max) => {
    expect(refusedAt({ [field]: '' })).toBe(`/${field}`);
    for (const length of [1, max - 1, max]) {
      expect(refusedAt({ [field]: ofLength(length) })).toBe('accepted');
    }
    expect(refusedAt({ [field]: ofLength(max + 1) })).toBe(`/${field}`);
  });

  it.each([
    ['walletId', 64],
    ['provider', 64],
    ['tier', 64],
    ['name', 140],
  ])('a party has %s of 1 to %i characters', (field, max) => {
    expect(refusedAt({ debtor: party({ [field]: '' }) })).toBe(`/debtor/${field}`);
    for (const length of [1, max - 1, max]) {
      expect(refusedAt({ debtor: party({ [field]: ofLength(length) }) })).toBe('accepted');
    }
    expect(refusedAt({ debtor: party({ [field]: ofLength(max + 1) }) })).toBe(`/debtor/${field}`);
  });

  it.each([
    ['0', false],
    ['0.00', false],
    ['0.01', true],
    ['1', true],
    ['99999999999.99', true],
    ['100000000000.00', true],
    ['100000000000.01', false],
    ['1.234', false],
    ['-1', false],
    ['1e3', false],
    ['01', false],
    [' 1', false],
    ['١', false],
    ['9'.repeat(40), false],
    ['NaN', false],
    ['', false],
  ])('an amount of "%s": accepted %s', (amount, accepted) => {
    expect(refusedAt({ amount })).toBe(accepted ? 'accepted' : '/amount');
  });

  it('knows the decimals of a currency', () => {
    expect(refusedAt({ currency: 'JPY', amount: '1.5' })).toBe('/amount');
    expect(checked({ currency: 'JPY', amount: '15' }).report.amountMinor).toBe(15);
    expect(checked({ currency: 'BHD', amount: '1.234' }).report.amountMinor).toBe(1_234);
  });

  it.each(['pkr', 'XXX', 'PKRR', '', 'toString', '__proto__'])('refuses currency "%s"', (code) => {
    expect(refusedAt({ currency: code })).toBe('/currency');
  });

  it.each([
    ['1999-12-31T23:59:59.999Z', false],
    ['2000-01-01T00:00:00Z', true],
    ['2000-01-01T04:59:59+05:00', false],
    ['2099-12-31T23:59:59.999Z', true],
    ['2100-01-01T00:00:00Z', false],
    ['2026-02-28T00:00:00Z', true],
    ['2026-02-29T00:00:00Z', false],
    ['2024-02-29T00:00:00Z', true],
    ['2026-03-01T14:05:09', false],
    ['2026-03-01', false],
    ['2026-03-01T24:00:01Z', false],
    ['2026-03-01T14:05:09+99:00', false],
    ['1772000000', false],
  ])('an instant of %s: accepted %s', (occurredAt, accepted) => {
    expect(refusedAt({ occurredAt })).toBe(accepted ? 'accepted' : '/occurredAt');
    expect(refusedAt({ debtor: party({ openedAt: occurredAt }) })).toBe(
      accepted ? 'accepted' : '/debtor/openedAt',
    );
  });

  it.each([
    ['0', 0],
    ['0.00', 0],
    ['-0.00', 0],
    ['0.01', 1],
    ['-0.01', -1],
    ['100000000000.00', 10_000_000_000_000],
    ['-100000000000.00', -10_000_000_000_000],
    ['100000000000.01', null],
    ['0.000', null],
    ['0.001', null],
    ['--1', null],
    ['+1', null],
    ['', null],
    ['9'.repeat(40), null],
  ])('a balance of "%s" is %p minor units', (balanceAfter, minor) => {
    if (minor === null) expect(refusedAt({ balanceAfter })).toBe('/balanceAfter');
    else expect(checked({ balanceAfter }).report.particulars).toEqual({ balanceAfterMinor: minor });
  });

  it('refuses a wallet that pays itself, by whatever name its provider goes', () => {
    expect(refusedAt({ creditor: { walletId: 'W1' } })).toBe('/creditor/walletId');
    expect(refusedAt({ creditor: { walletId: 'W1', provider: 'demo' } })).toBe(
      '/creditor/walletId',
    );
    expect(refusedAt({ creditor: { walletId: 'W1', provider: 'other' } })).toBe('accepted');
  });

  it('wants to know what a reversal takes back', () => {
    expect(refusedAt({ type: 'REVERSAL' })).toBe('/originalTransferId');
    expect(refusedAt({ type: 'REVERSAL', originalTransferId: 'T0' })).toBe('accepted');
    expect(refusedAt({ type: 'REVERSAL', originalTransferId: 'T1' })).toBe('/originalTransferId');
  });

  it.each([
    [{ extra: 1 }, '/extra'],
    [{ 'a/b~c': 1 }, '/a~1b~0c'],
    [{ constructor: 1 }, '/constructor'],
    [{ toString: 'x' }, '/toString'],
    [{ debtor: party({ hasOwnProperty: 1 }) }, '/debtor/hasOwnProperty'],
    [{ device: { mac: 'x' } }, '/device/mac'],
  ])('refuses an unknown field: %j', (change, path) => {
    expect(refusedAt(change)).toBe(path);
  });

  it('refuses __proto__ like any unknown field, and takes nothing from it', () => {
    const rows = [
      JSON.stringify(good).replace('{', '{"__proto__":{"status":"FAILED"},'),
      JSON.stringify(good).replace('{"walletId":"W1"}', '{"__proto__":{"walletId":"W1"}}'),
    ].map((text) => read(JSON.parse(text)));
    expect(rows.map((reading) => !reading.ok && reading.problem.path)).toEqual([
      '/__proto__',
      '/debtor/walletId',
    ]);
    expect(({} as Record<string, unknown>).status).toBeUndefined();
  });

  it('repeats the name of an unknown field only where it looks like one', () => {
    expect(refusedAt({ [ofLength(64)]: 1 })).toBe(`/${ofLength(64)}`);
    for (const name of [ofLength(65), 'Ayesha Khan', '03001234567', '', 'زلیخا', 'a\nb']) {
      expect(refusedAt({ [name]: 1 })).toBe('/…');
    }
  });

  it.each(['transferId', 'endToEndId', 'rail', 'channel', 'agentId', 'location', 'narrative'])(
    'refuses what no database keeps in %s',
    (field) => {
      for (const bad of ['a\u0000b', 'a\ud800', '\udc00a']) {
        expect(refusedAt({ [field]: bad })).toBe(`/${field}`);
      }
      expect(refusedAt({ [field]: '😀 é' })).toBe('accepted');
    },
  );

  it('lets free text have line breaks, and ids not', () => {
    expect(refusedAt({ narrative: 'a\nb' })).toBe('accepted');
    expect(refusedAt({ agentId: 'a\nb' })).toBe('/agentId');
    expect(refusedAt({ debtor: party({ name: 'a\u0000b' }) })).toBe('/debtor/name');
  });

  it.each([
    ['msisdn', '12'],
    ['msisdn', 'call me'],
    ['nationalId', '12'],
    ['iban', 'not an iban'],
    ['name', '   '],
    ['country', 'pk'],
    ['country', 'PAK'],
    ['kind', 'MULE'],
  ])('refuses a party with %s "%s"', (field, text) => {
    expect(refusedAt({ creditor: { walletId: 'W2', [field]: text } })).toBe(`/creditor/${field}`);
  });

  it.each([
    [{ device: { imei: 'x' } }, '/device/imei'],
    [{ device: { ip: 'localhost' } }, '/device/ip'],
    [{ device: 'x' }, '/device'],
    [{ narrative: ' ' }, '/narrative'],
    [{ status: 'DONE' }, '/status'],
    [{ type: 'GIFT' }, '/type'],
  ])('refuses %j', (change, path) => {
    expect(refusedAt(change)).toBe(path);
  });

  it('says in words what is wrong, without a value of the input', () => {
    const secret = 'Zz93Secret';
    for (const field of ['occurredAt', 'type', 'amount', 'currency', 'status', 'balanceAfter']) {
      const reading = read({ ...good, [field]: secret });
      expect(reading.ok).toBe(false);
      if (!reading.ok) expect(reading.problem.detail).not.toContain(secret);
    }
  });

  it('either reads or refuses any JSON at all, and repeats none of its strings', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const reading = read(value);
        expect(reading.ok).toBe(false);
        expect(reading).toMatchObject({ problem: { code: 'INVALID_INPUT' } });
      }),
      { numRuns: 500 },
    );
  });

  it('either reads or refuses any change of a good row, and says which field', () => {
    const field = fc.constantFrom(...Object.keys(good), 'status', 'device', 'narrative', 'kind');
    const seen = { ok: 0, refused: 0 };
    fc.assert(
      fc.property(field, fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' })), (name, value) => {
        const reading = read({ ...good, [name]: value });
        seen[reading.ok ? 'ok' : 'refused'] += 1;
        if (!reading.ok) expect(reading.problem.path).toMatch(new RegExp(`^/${name}`));
      }),
      { numRuns: 2_000 },
    );
    expect(seen.ok).toBeGreaterThan(0);
    expect(seen.refused).toBeGreaterThan(0);
  });

  it('does not run out of stack on deep nesting', () => {
    const deep = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) as unknown;
    expect(refusedAt({ debtor: deep })).toBe('/debtor');
    expect(read(deep).ok).toBe(false);
  });
});

describe('the id shown with a refused row', () => {
  it.each([
    [{ transferId: 'T1', junk: 1 }, 'T1'],
    [{ transferId: ofLength(64) }, ofLength(64)],
    [{ transferId: ofLength(65) }, null],
    [{ transferId: '' }, null],
    [{ transferId: 7 }, null],
    [Object.create({ transferId: 'inherited' }), null],
    [null, null],
    ['T1', null],
    [['T1'], null],
  ])('of %j is %p', (value, id) => {
    expect(idIn(value, 'transferId')).toBe(id);
  });
});
