import fc from 'fast-check';
import { createCipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IdentityVault } from './identity-vault';
import { KeySet } from './key-set';

const MASTER = Buffer.alloc(32, 7);
const vault = new IdentityVault(MASTER);

/** As identities were sealed before each had a key of its own. */
function sealedAtFirst(token: string, text: string): Buffer {
  const key = Buffer.from(hkdfSync('sha256', MASTER, '', 'layerwatch.identity.seal.v1', 32));
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(token));
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}

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
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme', maxLength: 200 }), (text) => {
        fc.pre(text.trim() !== '');
        const a = vault.seal('narrative', text);
        const b = vault.seal('narrative', text);
        expect(a.sealed.equals(b.sealed)).toBe(false);
        expect(text.length > 3 && a.sealed.includes(text)).toBe(false);
        expect(vault.open(a.token, b.sealed)).toBe(Buffer.from(text, 'utf8').toString('utf8'));
      }),
    );
  });

  it('refuses a sealed value of which any bit was changed, or that was moved to another token', () => {
    const a = vault.seal('name', 'Ayesha Khan');
    for (let bit = 0; bit < a.sealed.length * 8; bit += 1) {
      const changed = Buffer.from(a.sealed);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => vault.open(a.token, changed)).toThrow();
    }
    for (const cut of [0, 3, 5, 6, 20, 30, 40, a.sealed.length - 1]) {
      expect(() => vault.open(a.token, a.sealed.subarray(0, cut))).toThrow();
    }
    expect(() => vault.open(vault.token('name', 'Bilal'), a.sealed)).toThrow();
    const other = new IdentityVault(Buffer.alloc(32, 8));
    expect(() => other.open(a.token, a.sealed)).toThrow();
  });

  it('refuses a key of the wrong length and an identifier that is none', () => {
    expect(() => new IdentityVault(Buffer.alloc(16))).toThrow('32 bytes');
    expect(() => vault.token('msisdn', 'not a number')).toThrow('phone number');
  });

  it('opens what was sealed before each identity had a key of its own, and brings it into that form', () => {
    const token = vault.token('name', 'Ayesha Khan');
    const first = sealedAtFirst(token, 'Ayesha Khan');
    expect(vault.open(token, first)).toBe('Ayesha Khan');
    const now = vault.reseal(token, first)!;
    expect(now.keyVersion).toBe(1);
    expect(vault.open(token, now.sealed)).toBe('Ayesha Khan');
    expect(vault.reseal(token, now.sealed)).toBeNull();
  });

  it('goes on under a new master key, the same tokens, the old one gone in the end', () => {
    const old = KeySet.ofMaster(MASTER);
    const a = vault.seal('name', 'Ayesha Khan');
    const both = new IdentityVault(old.withNew());
    // Known, and not in use yet.
    expect(both.seal('name', 'x').keyVersion).toBe(1);
    const keys = old.withNew().using(2);
    const next = new IdentityVault(keys);
    expect(next.token('name', 'Ayesha Khan')).toBe(a.token);
    expect(next.open(a.token, a.sealed)).toBe('Ayesha Khan');
    const resealed = next.reseal(a.token, a.sealed)!;
    expect(resealed.keyVersion).toBe(2);
    const only = new IdentityVault(keys.without(1));
    expect(only.open(a.token, resealed.sealed)).toBe('Ayesha Khan');
    expect(only.token('name', 'Ayesha Khan')).toBe(a.token);
    for (const gone of [a.sealed, sealedAtFirst(a.token, 'x')]) {
      expect(() => only.open(a.token, gone)).toThrow('key version 1');
    }
    expect(() => vault.open(a.token, resealed.sealed)).toThrow('key version 2');
  });

  it('forgets one identity when its key is destroyed, and no other', () => {
    const [a, b] = [vault.seal('name', 'Ayesha Khan'), vault.seal('name', 'Bilal')];
    const erased = IdentityVault.erased(a.sealed);
    expect(() => vault.open(a.token, erased)).toThrow('erased');
    expect(vault.open(b.token, b.sealed)).toBe('Bilal');
    expect(vault.reseal(a.token, erased)).toBeNull();
    expect(IdentityVault.erased(erased)).toEqual(erased);
    // Of what one key sealed for all, the text itself goes.
    const first = sealedAtFirst(a.token, 'Ayesha Khan');
    expect(IdentityVault.erased(first)).toHaveLength(4);
  });
});

describe('the key file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'layerwatch keys '));
  const path = join(folder, 'identity.key');
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('may change while it is used: what is sealed with a version that came later opens', () => {
    const old = KeySet.ofMaster(MASTER);
    writeFileSync(path, `${MASTER.toString('base64')}\n`);
    const running = IdentityVault.fromFile(path);
    const a = running.seal('name', 'Ayesha Khan');
    const keys = old.withNew().using(2);
    writeFileSync(path, keys.toText());
    const b = new IdentityVault(keys).seal('name', 'Bilal');
    expect(running.open(b.token, b.sealed)).toBe('Bilal');
    expect(running.open(a.token, a.sealed)).toBe('Ayesha Khan');
    // One that was damaged meanwhile changes nothing.
    writeFileSync(path, '{');
    const c = new IdentityVault(keys.withNew().using(3)).seal('name', 'Chand');
    expect(() => running.open(c.token, c.sealed)).toThrow('key version 3');
    expect(running.open(b.token, b.sealed)).toBe('Bilal');
    expect(() => IdentityVault.fromFile(path)).toThrow('32 bytes');
    expect(() => IdentityVault.fromFile(join(folder, 'none'))).toThrow('cannot be read');
  });

  it('may be a variable, and is asked for', () => {
    const text = MASTER.toString('base64');
    writeFileSync(path, text);
    const { token, sealed } = IdentityVault.fromSettings({ IDENTITY_KEY: text }).seal('name', 'A');
    expect(IdentityVault.fromSettings({ IDENTITY_KEY_FILE: path }).open(token, sealed)).toBe('A');
    expect(() => IdentityVault.fromSettings({})).toThrow('IDENTITY_KEY');
    expect(() => IdentityVault.fromSettings({ IDENTITY_KEY: 'short' })).toThrow('32 bytes');
  });

  it('holds one key, or a set that says itself again', () => {
    const keys = KeySet.ofMaster(MASTER).withNew().withNew().using(2);
    const again = KeySet.parse(keys.toText());
    expect([again.versions, again.current, again.toText()]).toEqual([[1, 2, 3], 2, keys.toText()]);
    expect(() => keys.without(2)).toThrow('in use');
    expect(() => keys.without(4)).toThrow('no key of version 4');
    expect(() => keys.using(4)).toThrow('no key of version 4');
  });

  it('is refused where it holds anything else, without a word of what', () => {
    const good = JSON.parse(KeySet.ofMaster(MASTER).toText()) as Record<string, unknown>;
    const key = MASTER.toString('base64');
    const wrong = [
      ...['', 'secret', `${key}x`, '{', '{}', '[]', 'null'],
      ...[
        { ...good, current: 2 },
        { ...good, token: 'secret' },
        { ...good, keys: {} },
      ].map((set) => JSON.stringify(set)),
      ...['0', '-1', '1.5', 'x', '70000'].map((version) =>
        JSON.stringify({ ...good, current: Number(version), keys: { [version]: key } }),
      ),
      JSON.stringify({ ...good, keys: { 1: 'secret' } }),
    ];
    for (const text of wrong) {
      expect(() => KeySet.parse(text)).toThrow(
        /^the identity key must be 32 bytes in base64, or a set/,
      );
    }
  });
});
