import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '#domain';
import { openKeyRing, parseKeyRing } from './key-ring';

const key = (name: string): string => `lw_${name.padEnd(43, '0')}`;
const whole = {
  provider: { demo: key('demo'), 'wallet co': key('other') },
  staff: { analyst: key('analyst'), approver: key('approver') },
};

describe('the key ring', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'layerwatch keys '));
    path = join(folder, 'keys.json');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const mode = async (): Promise<number> => (await stat(path)).mode & 0o777;

  it('is made once, for the owner only, and kept', async () => {
    const made = await openKeyRing(path);
    expect(Object.keys(made.provider)).toEqual(['demo']);
    expect(made.provider.demo).toMatch(/^lw_[\w-]{43}$/);
    expect(new Set([made.provider.demo, made.staff.analyst, made.staff.approver]).size).toBe(3);
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(made);
    expect(await mode()).toBe(0o600);
    expect(await openKeyRing(path)).toEqual(made);
  });

  it('keeps what is there, adds what is missing, and takes the file from others', async () => {
    const { staff } = whole;
    await writeFile(path, JSON.stringify({ provider: { bank: key('bank') }, staff }), {
      mode: 0o644,
    });
    const keys = await openKeyRing(path);
    expect(Object.keys(keys.provider).sort()).toEqual(['bank', 'demo']);
    expect(keys.provider.bank).toBe(key('bank'));
    expect(keys.staff).toEqual(staff);
    await writeFile(path, JSON.stringify(whole), { mode: 0o644 });
    expect(await openKeyRing(path)).toEqual(whole);
    expect(await mode()).toBe(0o600);
  });

  it.each([
    ['no JSON', '{"provider":'],
    ['a list', '[]'],
    ['no staff', { provider: {} }],
    ['more than it should', { ...whole, admin: {} }],
    ['a provider key of another form', { ...whole, provider: { demo: 'sesame' } }],
    ['a key that is no text', { ...whole, provider: { demo: 1 } }],
    ['a provider with a line break', { ...whole, provider: { 'a\nb': key('a') } }],
    ['staff of no role', { ...whole, staff: { ...whole.staff, admin: key('admin') } }],
    ['a short staff key', { ...whole, staff: { analyst: 'x' } }],
    ['one key twice', { ...whole, provider: { demo: key('analyst') } }],
  ])('refuses %s in one line without the keys, and leaves the file', async (_, content) => {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    await writeFile(path, text);
    const error: unknown = await openKeyRing(path).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).code).toBe('INVALID_INPUT');
    expect((error as AppError).message).toMatch(/^[^\n]*keys\.json .*; mend it/);
    expect((error as AppError).message).not.toMatch(/lw_|sesame/);
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  it('takes a provider called like a property of objects for what it is', () => {
    const text = `{"provider":{"__proto__":"${key('x')}"},"staff":{}}`;
    expect(Object.keys(parseKeyRing(text, path).provider)).toEqual(['__proto__']);
  });
});
