import { staffOf } from './claims';

const NAMES = { roles: 'roles', unit: 'unit', provider: 'provider' };
const staff = (claims: Record<string, unknown>, names: Partial<typeof NAMES> = {}) =>
  staffOf({ sub: 'p-1', ...claims }, { ...NAMES, ...names });

describe('whom an issuer describes', () => {
  it('has the roles that we know, once, from a list or a text', () => {
    for (const roles of [
      ['analyst', 'approver', 'analyst', 'root', 7, null],
      'analyst approver x',
    ]) {
      expect(staff({ roles, unit: 'circle-1' })).toEqual({
        ...{ id: 'p-1', roles: ['analyst', 'approver'], unit: 'circle-1', provider: null },
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

  it('works in no office where its name is none', () => {
    for (const unit of ['', 7, 'a\0b', 'x'.repeat(201)]) {
      expect(staff({ unit, provider: unit })).toMatchObject({ unit: null, provider: null });
    }
  });
});
