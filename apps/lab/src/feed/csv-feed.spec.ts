import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openCsvFeed } from './csv-feed';
import { readIntelligence } from './indicator-source';

const HEADER = 'transferId,occurredAt,type,debtorWalletId,creditorWalletId,amount,currency';
const ROW = 't1,2024-01-01T00:00:35Z,P2P,W1,W2,5.00,PKR';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'layerwatch lab-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function read(path: string): Promise<string[]> {
  const feed = await openCsvFeed(path);
  const rows: string[] = [];
  for await (const row of feed.rows()) rows.push(row.json);
  return rows;
}

describe('openCsvFeed', () => {
  it('reads plain and compressed text alike, whatever the name says', async () => {
    const text = `\u{feff}${HEADER}\r\n${ROW}\r\n\r\n${ROW.replace('t1', 't2')}`;
    const plain = await file('plain.csv.gz', text);
    const packed = await file('packed.csv', gzipSync(text));
    expect(await read(plain)).toEqual(await read(packed));
    expect(await read(plain)).toHaveLength(2);
    const [one, two] = [await openCsvFeed(plain), await openCsvFeed(packed)];
    expect(one.rowsTotal).toBe(3);
    expect(one.fingerprint).not.toBe(two.fingerprint);
  });

  it('sends a row whose time cannot be read, without moving the clock', async () => {
    const path = await file('times.csv', `${HEADER}\n${ROW.replace('2024', '24')}\n${ROW}\n`);
    const feed = await openCsvFeed(path);
    const times: (number | null)[] = [];
    for await (const row of feed.rows()) times.push(row.occurredAtMs);
    expect(times).toEqual([null, Date.parse('2024-01-01T00:00:35Z')]);
  });

  it.each([
    ['an empty file', '', '--file: the file is empty'],
    ['blank lines only', '\n\n', '--file: the file is empty'],
    ['no CSV', 'to whom it may concern\n', 'missing: transferId'],
    ['a cut-off archive', gzipSync(`${HEADER}\n${ROW}\n`.repeat(99)).subarray(0, -9), 'damaged'],
  ])('refuses %s before anything is read from it', async (_, content, message) => {
    const path = await file('bad.csv', content);
    await expect(openCsvFeed(path)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining(message) as string,
    });
  });

  it('refuses a file that is not there, and a folder', async () => {
    await expect(openCsvFeed(join(folder, 'none.csv'))).rejects.toThrow('there is no such file');
    await expect(openCsvFeed(folder)).rejects.toThrow('is a folder');
  });

  it.each([
    ['too few columns', 't2,2024', 'line 3 has another number of columns'],
    ['a quote inside a cell', 't"2,,,,,,', 'line 3 has a quote inside'],
    ['text after a quote', '"t"2,,,,,,', 'line 3 has text after a closing quote'],
    ['an endless line', 'x'.repeat(20_000), 'line 3 is longer than'],
  ])('names the line that has %s', async (_, line, message) => {
    const path = await file('malformed.csv', `${HEADER}\n${ROW}\n${line}\n`);
    await expect(read(path)).rejects.toThrow(message);
  });
});

describe('readIntelligence', () => {
  const INDICATORS = 'walletId,operationId,knownFrom,patternId';

  it('reads one wallet a line, earliest known first', async () => {
    const path = await file(
      'indicators.csv',
      `${INDICATORS}\nW2,OP-1,2024-01-02T00:00:00Z,7\nW1,OP-2,2024-01-01T00:00:00Z,8\nW2,OP-1,2024-01-03T00:00:00Z,9\n`,
    );
    const { indicators, operation } = await readIntelligence(path);
    expect(indicators).toEqual([
      { operationId: 'OP-2', type: 'wallet', value: 'W1', knownFromMs: Date.UTC(2024, 0, 1) },
      { operationId: 'OP-1', type: 'wallet', value: 'W2', knownFromMs: Date.UTC(2024, 0, 2) },
    ]);
    expect(operation('OP-1')).toEqual({ name: 'OP-1', kind: 'CALL_CENTRE', modus: 'OTHER' });
  });

  it("reads other types, and the operations' names from the dataset.json beside it", async () => {
    const path = await file(
      'typed.csv',
      `${INDICATORS},type,value\nW1,OP-1,2024-01-01T00:00:00Z,7,msisdn,923991234567\n`,
    );
    await file(
      'dataset.json',
      '{"operations":{"OP-1":{"name":"Desk","kind":"SOFTWARE_HOUSE","modus":"PHISHING"}}}',
    );
    const { indicators, operation } = await readIntelligence(path);
    expect(indicators).toMatchObject([{ type: 'msisdn', value: '923991234567' }]);
    expect(operation('OP-1')).toEqual({ name: 'Desk', kind: 'SOFTWARE_HOUSE', modus: 'PHISHING' });
    await rm(join(folder, 'dataset.json'));
  });

  it.each([
    ['walletId,operationId\nW,OP\n', 'missing column knownFrom'],
    [`${INDICATORS},colour\nW,OP,2024-01-01T00:00:00Z,1,red\n`, 'unknown column "colour"'],
    [`${INDICATORS}\nW,OP,yesterday,1\n`, 'line 2, knownFrom must be an RFC 3339 instant'],
    [`${INDICATORS}\n,OP,2024-01-01T00:00:00Z,1\n`, 'line 2, walletId is empty'],
    [
      `${INDICATORS},type,value\nW,OP,2024-01-01T00:00:00Z,1,shoe,9\n`,
      'line 2, type must be one of',
    ],
  ])('says what is wrong with %j', async (content, message) => {
    const path = await file('wrong.csv', content);
    await expect(readIntelligence(path)).rejects.toThrow(message);
  });
});
