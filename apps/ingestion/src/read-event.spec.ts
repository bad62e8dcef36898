import fc from 'fast-check';
import { FEED_EVENT_TYPES } from '#domain';
import { IdentityVault } from '#identity';
import { type CheckedEvent, readEvent } from './read-event';
import { type Reading } from './row-reading';
import { type MakeSafe } from './tokens';

const vault = new IdentityVault(Buffer.alloc(32, 7));
const makeSafe: MakeSafe = (type, text) => {
  const identity = vault.seal(type, text);
  return { token: identity.token, identity };
};

const common = { eventId: 'E1', occurredAt: '2026-03-01T14:05:09.123+05:00' };
const GOOD = {
  CALL: { caller: { msisdn: '03100000001' }, callee: { msisdn: '03000000001' } },
  SIM_CHANGE: { wallet: { walletId: 'W1' } },
  DEVICE_CHANGE: { wallet: { walletId: 'W1' }, device: { id: 'handset' } },
  TIER_CHANGE: { wallet: { walletId: 'W1' }, tier: 'L1' },
  LOGIN: { wallet: { walletId: 'W1' }, device: { id: 'handset' } },
  AGENT_REGISTERED: { wallet: { walletId: 'W1' } },
  COMPLAINT: { transferId: 'T1', reason: 'FRAUD' },
} as const;
type Type = keyof typeof GOOD;

const read = (row: unknown): Reading<CheckedEvent> => readEvent(row, 'demo', makeSafe);

function checked(type: Type, change: Record<string, unknown> = {}): CheckedEvent {
  const reading = read({ ...common, type, ...GOOD[type], ...change });
  if (!reading.ok) throw new Error(`refused: ${reading.problem.path} ${reading.problem.detail}`);
  return reading.row;
}

function refusedAt(type: Type, change: Record<string, unknown>): string {
  const reading = read({ ...common, type, ...GOOD[type], ...change });
  return reading.ok ? 'accepted' : reading.problem.path;
}

describe('reading an event', () => {
  it('reads the smallest of each type, and of an identifier its token only', () => {
    const base = { eventId: 'E1', occurredAtMs: Date.UTC(2026, 2, 1, 9, 5, 9, 123) };
    const wallet = { provider: 'demo', walletId: 'W1' };
    const [caller, callee] = ['03100000001', '03000000001'].map((n) => vault.token('msisdn', n));
    expect(checked('CALL').report).toEqual({
      ...base,
      type: 'CALL',
      wallet: null,
      particulars: { caller: { msisdn: caller }, callee: { msisdn: callee } },
    });
    expect(checked('CALL').identities.map(({ token }) => token)).toEqual([caller, callee]);
    expect(checked('SIM_CHANGE').report).toEqual({
      ...{ ...base, type: 'SIM_CHANGE', wallet, particulars: {} },
    });
    expect(checked('DEVICE_CHANGE').report).toEqual({
      ...{ ...base, type: 'DEVICE_CHANGE', wallet },
      particulars: { device: { id: vault.token('device', 'handset') } },
    });
  });

  it('reads what is told of a wallet by its own provider', () => {
    const particularsOf = (type: Type, change: Record<string, unknown> = {}): unknown =>
      checked(type, change).report.particulars;
    expect(particularsOf('TIER_CHANGE')).toEqual({ tier: 'L1' });
    expect(particularsOf('TIER_CHANGE', { previousTier: 'L0' })).toEqual({
      ...{ tier: 'L1', previousTier: 'L0' },
    });
    const device = { id: vault.token('device', 'handset') };
    expect(particularsOf('LOGIN')).toEqual({ device });
    const ip = vault.token('ip', '203.0.113.7');
    const login = { device: { imei: '490154203237518' }, ip: '203.0.113.7', cell: '410-01-9-7' };
    expect(particularsOf('LOGIN', login)).toEqual({
      ...{ device: { imei: vault.token('imei', '490154203237518') }, ip, cell: '410-01-9-7' },
    });
    expect(checked('LOGIN', { ip: '203.0.113.7' }).identities.map(({ token }) => token)).toEqual([
      ...[device.id, ip],
    ]);
    for (const one of [{ ip: '203.0.113.7' }, { cell: 'x' }]) {
      expect(refusedAt('LOGIN', { device: null, ...one })).toBe('accepted');
    }
    expect(particularsOf('AGENT_REGISTERED')).toEqual({});
    const opened = { licence: 'B-17', openedAt: '2026-03-01T05:00:00+05:00' };
    expect(particularsOf('AGENT_REGISTERED', opened)).toEqual({
      ...{ licence: 'B-17', openedAt: '2026-03-01T00:00:00.000Z' },
    });
    expect(checked('COMPLAINT').report).toMatchObject({
      ...{ wallet: null, particulars: { transferId: 'T1', provider: 'demo', reason: 'FRAUD' } },
    });
    expect(particularsOf('COMPLAINT', { provider: 'other', reason: 'OTHER' })).toEqual({
      ...{ transferId: 'T1', provider: 'other', reason: 'OTHER' },
    });
    const own = { wallet: { walletId: 'W1', provider: 'demo' } };
    expect(refusedAt('AGENT_REGISTERED', own)).toBe('accepted');
  });

  it('reads SIMs and handsets, old and new, whatever their spelling', () => {
    const sim = { iccid: '8992 0300 0000 0000 001F', imsi: '41001-0000000001' };
    const { report } = checked('SIM_CHANGE', { sim, previousSim: { imsi: '410010000000002' } });
    expect(report.particulars).toEqual({
      sim: {
        iccid: vault.token('iccid', '8992030000000000001'),
        imsi: vault.token('imsi', '410010000000001'),
      },
      previousSim: { imsi: vault.token('imsi', '410010000000002') },
    });
    const device = { id: null, imei: '490154203237518' };
    expect(checked('DEVICE_CHANGE', { device }).report.particulars).toEqual({
      device: { imei: vault.token('imei', '490154203237518') },
    });
  });

  it('keeps a wallet at the sender unless another provider is named', () => {
    const wallet = { walletId: 'W1', provider: 'other' };
    expect(checked('SIM_CHANGE', { wallet }).report.wallet).toEqual(wallet);
  });

  it.each<[Type, Record<string, unknown>, string]>([
    ['CALL', { type: 'LETTER' }, '/type'],
    ['CALL', { type: undefined }, '/type'],
    ['CALL', { eventId: '' }, '/eventId'],
    ['CALL', { eventId: 'x'.repeat(65) }, '/eventId'],
    ['CALL', { occurredAt: '2026-03-01' }, '/occurredAt'],
    ['CALL', { occurredAt: '2150-01-01T00:00:00Z' }, '/occurredAt'],
    ['CALL', { caller: undefined }, '/caller'],
    ['CALL', { callee: {} }, '/callee/msisdn'],
    ['CALL', { callee: { msisdn: 'none' } }, '/callee/msisdn'],
    ['CALL', { callee: { msisdn: ' ' } }, '/callee/msisdn'],
    ['CALL', { caller: { msisdn: '0310', name: 'x' } }, '/caller/name'],
    ['CALL', { callee: { msisdn: '+92 310 0000001' } }, '/callee/msisdn'],
    ['CALL', { wallet: { walletId: 'W1' } }, '/wallet'],
    ['SIM_CHANGE', { wallet: undefined }, '/wallet'],
    ['SIM_CHANGE', { wallet: { walletId: '' } }, '/wallet/walletId'],
    ['SIM_CHANGE', { sim: { iccid: '8'.repeat(21) } }, '/sim/iccid'],
    ['SIM_CHANGE', { sim: { imsi: '4100100000000' } }, '/sim/imsi'],
    ['SIM_CHANGE', { sim: { imsi: 41001 } }, '/sim/imsi'],
    ['SIM_CHANGE', { device: { id: 'handset' } }, '/device'],
    ['DEVICE_CHANGE', { device: undefined }, '/device'],
    ['DEVICE_CHANGE', { device: {} }, '/device'],
    ['DEVICE_CHANGE', { device: { id: null } }, '/device'],
    ['DEVICE_CHANGE', { device: { imei: '1' } }, '/device/imei'],
    ['DEVICE_CHANGE', { device: { id: 'h', ip: '10.0.0.1' } }, '/device/ip'],
    ['TIER_CHANGE', { tier: undefined }, '/tier'],
    ['TIER_CHANGE', { tier: '' }, '/tier'],
    ['TIER_CHANGE', { previousTier: 1 }, '/previousTier'],
    ['TIER_CHANGE', { wallet: { walletId: 'W1', provider: 'other' } }, '/wallet/provider'],
    ['LOGIN', { device: undefined }, '/device'],
    ['LOGIN', { device: {} }, '/device'],
    ['LOGIN', { ip: 'nowhere' }, '/ip'],
    ['LOGIN', { ip: ' ' }, '/ip'],
    ['LOGIN', { cell: 'x'.repeat(65) }, '/cell'],
    ['LOGIN', { device: { id: 'h', ip: '10.0.0.1' } }, '/device/ip'],
    ['LOGIN', { wallet: { walletId: 'W1', provider: 'other' } }, '/wallet/provider'],
    ['COMPLAINT', { transferId: undefined }, '/transferId'],
    ['COMPLAINT', { transferId: 'x'.repeat(65) }, '/transferId'],
    ['COMPLAINT', { reason: undefined }, '/reason'],
    ['COMPLAINT', { reason: 'he is a thief' }, '/reason'],
    ['COMPLAINT', { narrative: 'he is a thief' }, '/narrative'],
    ['COMPLAINT', { wallet: { walletId: 'W1' } }, '/wallet'],
    ['AGENT_REGISTERED', { openedAt: 'yesterday' }, '/openedAt'],
    ['AGENT_REGISTERED', { openedAt: '2026-03-01' }, '/openedAt'],
    ['AGENT_REGISTERED', { name: 'Ali Mobiles' }, '/name'],
    ['AGENT_REGISTERED', { wallet: { walletId: 'W1', provider: 'other' } }, '/wallet/provider'],
  ])('refuses a %s with %j at %s', (type, change, path) => {
    expect(refusedAt(type, change)).toBe(path);
  });

  it('refuses anything, or reads it, and never throws nor repeats what it was given', () => {
    const field = fc.constantFrom(
      ...['eventId', 'occurredAt', 'wallet', 'sim', 'device', 'caller', 'tier', 'ip', 'openedAt'],
      ...['transferId', 'provider', 'reason'],
    );
    const value = fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(fc.constantFrom(...FEED_EVENT_TYPES), field, value, (type, name, given) => {
        const reading = read({ ...common, type, ...GOOD[type], [name]: given });
        if (reading.ok) return;
        expect(reading.problem.path).toMatch(new RegExp(`^/${name}`));
        const said = JSON.stringify(reading.problem);
        if (typeof given === 'string' && given.length > 12) expect(said).not.toContain(given);
      }),
      { numRuns: 1_000 },
    );
    for (const junk of [null, 1, 'CALL', [], [[]], { type: 'CALL' }]) {
      expect(read(junk).ok).toBe(false);
    }
  });
});
