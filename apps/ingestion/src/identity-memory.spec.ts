import { type SealedIdentity } from '#identity';
import { IdentityVault } from '#identity';
import { IdentityMemory } from './identity-memory';

const MINUTE_MS = 60_000;
const NUMBER = '03001234567';

describe('the memory of identities', () => {
  let nowMs = 0;
  const vault = new IdentityVault(Buffer.alloc(32, 7));
  const memoryOf = (tokenPlaces: number): IdentityMemory =>
    new IdentityMemory(vault, () => nowMs, tokenPlaces);
  /** What one batch that names these numbers has to store. */
  const toStore = (memory: IdentityMemory, numbers: readonly string[], commits = true): number => {
    const batch = memory.forBatch(false, () => undefined);
    const made = numbers.map((number) => batch.makeSafe('msisdn', number));
    for (const [i, { token }] of made.entries())
      expect(token).toBe(vault.token('msisdn', numbers[i]!));
    const identities = new Set(
      made.map(({ identity }) => identity).filter((one): one is SealedIdentity => one !== null),
    );
    batch.remember(commits ? identities : new Set());
    return identities.size;
  };
  const numbers = (count: number, from = 0): string[] =>
    Array.from({ length: count }, (_, i) => `0300${String(1_000_000 + from + i)}`);

  beforeEach(() => {
    nowMs = 0;
  });

  it('has an identity stored once, however it is spelt and however often it is named', () => {
    const memory = memoryOf(64);
    expect(toStore(memory, [NUMBER, NUMBER])).toBe(1);
    expect(toStore(memory, [NUMBER])).toBe(0);
    expect(toStore(memory, ['+923001234567'])).toBe(0);
  });

  it('has it stored again where the batch was not committed', () => {
    const memory = memoryOf(64);
    expect(toStore(memory, [NUMBER], false)).toBe(1);
    expect(toStore(memory, [NUMBER])).toBe(1);
  });

  it('knows of no more tokens than its limit', () => {
    const memory = memoryOf(256);
    expect(toStore(memory, numbers(80))).toBe(80);
    expect(toStore(memory, numbers(80))).toBe(0);
    // A generation of tokens is 89 here: after two more of them the first are forgotten.
    expect(toStore(memory, numbers(200, 1_000))).toBe(200);
    expect(toStore(memory, numbers(80))).toBe(80);
  });

  it('forgets all at the turn of a month, so that it is stored who was reported in the new one', () => {
    const memory = memoryOf(64);
    nowMs = Date.UTC(2026, 2, 31, 23, 59, 59);
    toStore(memory, [NUMBER]);
    expect(toStore(memory, [NUMBER])).toBe(0);
    nowMs += 1_000;
    expect(toStore(memory, [NUMBER])).toBe(1);
    expect(toStore(memory, [NUMBER])).toBe(0);
  });

  it('forgets what was not named for ten minutes, and keeps what is', () => {
    const memory = memoryOf(64);
    toStore(memory, [NUMBER, ...numbers(1)]);
    for (let minutes = 0; minutes < 30; minutes += 4) {
      nowMs = minutes * MINUTE_MS;
      expect(toStore(memory, [NUMBER])).toBe(0);
    }
    expect(toStore(memory, numbers(1))).toBe(1);
  });
});
