import { IdentityVault } from './identity-vault';

const vault = new IdentityVault(Buffer.alloc(32, 7));

describe('the identity vault', () => {
  it('gives one token for every spelling of a phone number, and none of it in clear', () => {
    const tokens = ['03001234567', '+92 300 1234567', '00923001234567', '923001234567'].map(
      (text) => vault.token('msisdn', text),
    );
    expect(new Set(tokens).size).toBe(1);
    expect(tokens[0]).not.toContain('3001234567');
  });

  it('gives other tokens for another type, value or key', () => {
    const token = vault.token('nationalId', '3520112345671');
    expect(vault.token('nationalId', '3520112345672')).not.toBe(token);
    expect(vault.token('msisdn', '3520112345671')).not.toBe(token);
    expect(new IdentityVault(Buffer.alloc(32, 8)).token('nationalId', '3520112345671')).not.toBe(
      token,
    );
  });

  it('opens what it sealed, differently sealed each time', () => {
    const a = vault.seal('name', 'Ayesha Khan');
    const b = vault.seal('name', 'Ayesha Khan');
    expect(a.sealed.equals(b.sealed)).toBe(false);
    expect(a.sealed.includes('Ayesha')).toBe(false);
    expect(vault.open(a.token, b.sealed)).toBe('Ayesha Khan');
  });

  it('refuses a sealed value that was changed, or moved to another token', () => {
    const a = vault.seal('name', 'Ayesha Khan');
    const changed = Buffer.from(a.sealed);
    changed[changed.length - 1]! ^= 1;
    expect(() => vault.open(a.token, changed)).toThrow();
    expect(() => vault.open(vault.token('name', 'Bilal'), a.sealed)).toThrow();
  });

  it('refuses a key of the wrong length and an identifier that is none', () => {
    expect(() => new IdentityVault(Buffer.alloc(16))).toThrow('32 bytes');
    expect(() => vault.token('msisdn', 'not a number')).toThrow('phone number');
  });
});
