import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogFile } from './log-file';

describe('a log file', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'layerwatch logs '));
    path = join(folder, 'scoring.log');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const logged = (file: string): string => readFileSync(file, 'utf8');

  it('fills up to its limit, and only then begins anew', () => {
    const log = new LogFile(path, 10);
    log.write(Buffer.from('12345'));
    log.write(Buffer.from('67890'));
    expect(logged(path)).toBe('1234567890');
    log.write(Buffer.from('a'));
    expect(logged(path)).toBe('a');
    expect(logged(`${path}.old`)).toBe('1234567890');
    log.close();
  });

  it('keeps the log of the start before, and no more', () => {
    for (const text of ['first', 'second', '', 'third', '']) {
      const log = new LogFile(path);
      log.write(Buffer.from(text));
      log.close();
    }
    expect(readdirSync(folder).sort()).toEqual(['scoring.log', 'scoring.log.old']);
    expect([logged(path), logged(`${path}.old`)]).toEqual(['', 'third']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('drops what it cannot keep', () => {
    const log = new LogFile(join(folder, 'missing', 'scoring.log'));
    expect(() => {
      log.write(Buffer.from('lost'));
      log.close();
    }).not.toThrow();
  });
});
