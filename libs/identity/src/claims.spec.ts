import { type IdentifierType, normaliseIdentifier } from '#domain';
import { type ClaimNames, staffOf } from './claims';

const NAMES: ClaimNames = {
  ...{ roles: 'roles', unit: 'unit', provider: 'provider' },
  own: [
    ['phone_number', 'msisdn'],
    ['ids.national', 'nationalId'],
  ],
};
/** A token as plain as can be. */
const tokenOf = (type: IdentifierType, text: string): string =>
  `${type}:${normaliseIdentifier(type, text)}`;
const staff = (claims: Record<string, unknown>, names: Partial<ClaimNames> = {}) =>
  staffOf({ sub: 'p-1', ...claims }, { ...NAMES, ...names }, tokenOf);

describe('whom an issuer describes', () => {
  it('has the roles that we know, once, from a list or a text', () => {
    for (const roles of [
      ['analyst', 'approver', 'analyst', 'root', 7, null],
      'analyst approver x',
    ]) {
      expect(staff({ roles, unit: 'circle-1' })).toEqual({
        ...{ id: 'p-1', roles: ['analyst', 'approver'], unit: 'circle-1', provider: null },
        ownTokens: [],
      });
    }
  });

  it('has none where the claim is missing or something else', () => {
    for (const roles of [undefined, null, 7, true, {}, { analyst: true }, '', []]) {
      expect(staff({ roles }).roles).toEqual([]);
    }
  });

  it('is described where the settings say: below others, or by a name with dots', () => {
    const below = { realm_access: { roles: ['auditor'] } };
    expect(staff(below, { roles: 'realm_access.roles' }).roles).toEqual(['auditor']);
    const named = { 'https://example.org/roles': ['auditor'] };
    expect(staff(named, { roles: 'https://example.org/roles' }).roles).toEqual(['auditor']);
    for (const name of ['realm_access.roles.0.x', 'a.b', 'toString', '__proto__.x']) {
      expect(staff(below, { roles: name }).roles).toEqual([]);
    }
  });

  it('is refused without a usable name', () => {
    for (const sub of [undefined, null, '', 7, 'a\nb', 'x'.repeat(201), '\ud800']) {
      expect(() => staff({ sub })).toThrow(
        expect.objectContaining({ code: 'UNAUTHENTICATED' }) as Error,
      );
    }
  });

  it('has numbers of their own, in whatever spelling; what is none is left out', () => {
    const own = (claims: Record<string, unknown>) => staff(claims).ownTokens;
    expect(own({ phone_number: '+92 300 1234567' })).toEqual(['msisdn:923001234567']);
    expect(
      own({
        phone_number: ['03001234567', 'x', 7, null, '03001234568'],
        ids: { national: '35202-9876543-1' },
      }),
    ).toEqual(['msisdn:923001234567', 'msisdn:923001234568', 'nationalId:3520298765431']);
    for (const phone_number of [undefined, null, 7, {}, 'none', '']) {
      expect(own({ phone_number })).toEqual([]);
    }
    expect(own({ phone_number: Array.from({ length: 50 }, () => '03001234567') })).toHaveLength(10);
  });

  it('works in no office where its name is none', () => {
    for (const unit of ['', 7, 'a\0b', 'x'.repeat(201)]) {
      expect(staff({ unit, provider: unit })).toMatchObject({ unit: null, provider: null });
    }
  });
});
