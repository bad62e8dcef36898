import fc from 'fast-check';
import { IdentityVault } from './identity-vault';
import { KeySet } from './key-set';

const keys = KeySet.ofMaster(Buffer.alloc(32, 7));
const vault = new IdentityVault(keys);

describe('sealed bytes', () => {
  it('open as they were, for their own place', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), fc.string(), (bytes, label) => {
        const { sealed, keyVersion } = vault.sealBytes(label, Buffer.from(bytes));
        expect(keyVersion).toBe(1);
        expect(vault.openBytes(label, sealed)).toEqual(Buffer.from(bytes));
        expect(() => vault.openBytes(`${label}x`, sealed)).toThrow();
      }),
    );
  });

  it('are never the same twice, and show nothing of what they hold', () => {
    const bytes = Buffer.from('Ayesha Khan');
    const [a, b] = [vault.sealBytes('x', bytes).sealed, vault.sealBytes('x', bytes).sealed];
    expect(a.equals(b)).toBe(false);
    expect(a.includes(bytes)).toBe(false);
  });

  it('that were touched, or sealed with a key that is not known, do not open', () => {
    const { sealed } = vault.sealBytes('x', Buffer.from('text'));
    for (let at = 0; at < sealed.length; at += 1) {
      const touched = Buffer.from(sealed);
      touched[at]! ^= 1;
      expect(() => vault.openBytes('x', touched)).toThrow();
    }
    expect(() => vault.openBytes('x', sealed.subarray(0, 10))).toThrow('not sealed');
    const other = new IdentityVault(KeySet.ofMaster(Buffer.alloc(32, 8)));
    expect(() => other.openBytes('x', sealed)).toThrow();
    const next = new IdentityVault(keys.withNew().using(2));
    expect(() => vault.openBytes('x', next.sealBytes('x', Buffer.from('text')).sealed)).toThrow(
      'key version 2',
    );
    expect(next.openBytes('x', sealed).toString()).toBe('text');
  });
});
