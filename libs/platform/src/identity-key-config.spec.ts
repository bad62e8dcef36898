import 'reflect-metadata';
import { ConfigError, loadConfig } from './config';
import { IdentityKeyConfig } from './identity-key-config';

class Config extends IdentityKeyConfig {
  readonly port = 0;
}

const load = (keys: Readonly<Record<string, string>>): IdentityKeyConfig =>
  loadConfig(Config, { DATABASE_URL: 'postgres://somewhere', ...keys });

describe('the key of identities', () => {
  it('is in a file, or in the environment', () => {
    expect(load({ IDENTITY_KEY_FILE: 'f' }).IDENTITY_KEY_FILE).toBe('f');
    expect(load({ IDENTITY_KEY: 'hunter2', IDENTITY_KEY_FILE: '' }).IDENTITY_KEY).toBe('hunter2');
  });

  it('is asked for where it is in neither, or in both; it is never shown', () => {
    for (const keys of [{}, { IDENTITY_KEY: 'hunter2', IDENTITY_KEY_FILE: 'f' }]) {
      expect(() => load(keys)).toThrow(ConfigError);
      expect(() => load(keys)).toThrow('IDENTITY_KEY');
      expect(() => load(keys)).not.toThrow('hunter2');
    }
  });
});
