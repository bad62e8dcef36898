import { gzipSync } from 'node:zlib';
import { row } from './running-ingestion';

/** Stands in what is sent, and must stand in no answer. */
export const PLANTED = 'Qz7planted';

export interface Monster {
  readonly name: string;
  readonly body: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

const MIB = 1_024 * 1_024;
const DEEP = 100_000;

const good = (): string =>
  JSON.stringify(row('M-good', { narrative: PLANTED, debtor: { walletId: 'w', name: PLANTED } }));

/** A good row with the text of one field replaced by whatever JSON, or no JSON, is given. */
const withValue = (field: string, json: string): string => {
  const text = JSON.stringify({ ...row('M-value'), [field]: 'PLACE' });
  return text.replace('"PLACE"', () => json);
};

const VALUES: readonly string[] = [
  ...['NaN', 'Infinity', '-Infinity', '1e400', '-1e400', '1e-400', '-0', '0x10', '01', '1.', '.5'],
  ...['undefined', 'true', 'null', '[]', '{}', '""', '"\\u0000"', '"\\ud800"', '"\\udc00\\ud800"'],
  ...['"\\x41"', "'a'", '`a`', '/* a */ 1', '9'.repeat(10_000), `"${'9'.repeat(60_000)}"`],
  ...['{"__proto__":{"admin":true}}', '{"constructor":{"prototype":{"a":1}}}', '{"toString":1}'],
  ...['"${7*7}"', '"{{7*7}}"', `"'; drop table feed.transfer; --"`, '"../../../etc/passwd"'],
  ...['"%s%s%n"', '"\\u202e\\u0000"', '"\ufeff"', '"\u2028\u2029"', '[[[[[[[[[[]]]]]]]]]]'],
];

const FIELDS = [
  ...['transferId', 'eventId', 'occurredAt', 'type', 'amount', 'currency', 'debtor', 'status'],
  ...['narrative', 'device', 'balanceAfter', 'originalTransferId', '__proto__', 'constructor'],
];

const deep = (open: string, close: string, times = DEEP): string =>
  open.repeat(times) + close.repeat(times);

/** Of rows, as they stand in a list or on lines. */
const ROWS: readonly (readonly [name: string, row: string])[] = [
  ...FIELDS.flatMap((field) =>
    VALUES.map((value) => [`${field}: ${value.slice(0, 30)}`, withValue(field, value)] as const),
  ),
  ['arrays 100,000 deep', deep('[', ']')],
  ['objects 100,000 deep', deep('{"a":', '}').replace(':}', ':1}')],
  ['arrays that are not closed', '['.repeat(DEEP)],
  ['a deep party', withValue('debtor', deep('{"debtor":', '}', 5_000).replace(':}', ':1}'))],
  ['keys twice', `{"transferId":"M-a","transferId":"M-b",${good().slice(1)}`],
  ['a key 10,000 times', `{${'"amount":"1",'.repeat(10_000)}${good().slice(1)}`],
  ['50,000 keys', `{${Array.from({ length: 50_000 }, (_, n) => `"k${n}":1`).join()}}`],
  ['a key of a megabyte', `{"${'k'.repeat(MIB)}":1}`],
  ['a string of a megabyte', withValue('narrative', `"${'x'.repeat(MIB)}"`)],
  ['a string of escapes', withValue('narrative', `"${'\\u0041'.repeat(100_000)}"`)],
  ['combining marks', withValue('narrative', `"e${'\u0301'.repeat(50_000)}"`)],
  ['a number of a megabyte', withValue('amount', '1'.repeat(MIB))],
  ['an exponent of a megabyte', withValue('amount', `1e${'1'.repeat(MIB)}`)],
  ['a date for a backtracking pattern', withValue('occurredAt', `"${'2026-'.repeat(8_000)}"`)],
  ['a number for a backtracking pattern', withValue('amount', `"${'1'.repeat(60_000)}x"`)],
  ['a field name of a person', `{"${PLANTED} 0300 1234567":1}`],
];

/** Eight times what any body may have. */
const GZIP_BOMB = gzipSync(Buffer.alloc(64 * MIB), { level: 9 });

const LAUGHS = `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "${PLANTED}">${'bcdefghij'
  .split('')
  .map((name, n) => `<!ENTITY ${name} "${`&${'abcdefghij'.charAt(n)};`.repeat(10)}">`)
  .join('')}]><a>&j;</a>`;

/** Of whole bodies, whatever they should have been. */
const BODIES: readonly (readonly [name: string, body: string | Buffer])[] = [
  ['nothing', ''],
  ['blanks', ' \t\r\n'.repeat(1_000)],
  ['a NUL', '\0'],
  ['NULs', Buffer.alloc(MIB)],
  ['a byte order mark', `\ufeff{"transfers":[${good()}]}`],
  ['UTF-16', Buffer.from(`\ufeff{"transfers":[${good()}]}`, 'utf16le')],
  [
    'overlong UTF-8',
    Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0xe0, 0x80, 0xaf, 0x22, 0x3a, 0x31, 0x7d]),
  ],
  ['a surrogate as UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ['all bytes', Buffer.from(Array.from({ length: 256 }, (_, n) => n))],
  ['the list twice', `{"transfers":[1],"events":[1],"transfers":[${good()}],"events":[]}`],
  ['a list as prototype', `{"__proto__":{"transfers":[${good()}],"events":[]}}`],
  ['a list as text', '{"transfers":"[]","events":"[]"}'],
  ['a list with a length', '{"transfers":{"length":1e9},"events":{"length":1e9}}'],
  ['a million nulls', `{"transfers":[${'null,'.repeat(999_999)}null],"events":[]}`],
  ['a million empty lines', '\n'.repeat(1_000_000)],
  ['half a million bad lines', '{\n'.repeat(500_000)],
  ['one endless line', 'x'.repeat(6 * MIB)],
  ['more than is taken', `{"transfers":[${'1,'.repeat(5 * MIB)}1]}`],
  ['a thousand laughs', LAUGHS],
  ['another’s file', `<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]><a>&f;</a>`],
  ['quotes that are not closed', `a,"${`${PLANTED}\n`.repeat(50_000)}`],
  ['commas', `${','.repeat(MIB)}\n${','.repeat(MIB)}`],
  ['a formula', `=cmd|' /C calc'!A0,${PLANTED}`],
  ['a form', `transfers[]=${PLANTED}&__proto__[a]=1`],
];

/** What requests say of themselves that is not so, or nobody asks for. */
const HEADERS: readonly Readonly<Record<string, string>>[] = [
  ...['gzip', 'br', 'deflate', 'gzip, gzip', 'zstd', 'identity', 'x', PLANTED].map((encoding) => ({
    'content-encoding': encoding,
  })),
  { 'x-correlation-id': PLANTED.repeat(100) },
  { 'x-correlation-id': '"><script>' },
  { 'x-forwarded-for': `${PLANTED}, 127.0.0.1` },
  { accept: 'image/png', 'accept-language': '*'.repeat(5_000) },
  { authorization: `Bearer ${PLANTED}` },
  { authorization: 'Bearer \u00ff' },
  { authorization: `Basic ${'A'.repeat(5_000)}` },
  { cookie: 'a=b; '.repeat(1_000) },
  { 'x-layerwatch-signature': PLANTED, 'x-layerwatch-nonce': PLANTED },
  { 'x-http-method-override': 'DELETE' },
  { range: 'bytes=0-' },
  { host: PLANTED },
];

const asBody = (list: string, rows: readonly string[]): string => `{"${list}":[${rows.join()}]}`;

const listOf = (path: string): string => path.split('/').at(-1)!;

/** Bad rows in the shape of each format; hand-made, each for something that broke some server once. */
export const rowMonsters = (path: string): Monster[] =>
  listOf(path) === 'screenings' ? screeningMonsters() : listMonsters(path);

const listMonsters = (path: string): Monster[] =>
  ROWS.flatMap(([name, text]): Monster[] => [
    { name: `${name}, in a list`, body: Buffer.from(asBody(listOf(path), [good(), text])) },
    { name: `${name}, on a line`, body: Buffer.from(`${good()}\n${text}\n`) },
  ]);

const screeningMonsters = (): Monster[] =>
  VALUES.flatMap((value) =>
    [
      `{"payee":${value}}`,
      ...['walletId', 'msisdn', 'iban', 'provider', '__proto__'].map(
        (field) => `{"payee":{"${field}":${value}}}`,
      ),
      ...['amount', 'currency', 'screeningId', 'x'].map(
        (field) => `{"payee":{"walletId":"w"},"${field}":${value}}`,
      ),
    ].map((text) => ({ name: text.slice(0, 60), body: Buffer.from(text) })),
  );

/** Bad bodies and headers. */
export function bodyMonsters(path: string): Monster[] {
  const list = listOf(path);
  return [
    ...BODIES.map(([name, body]): Monster => ({ name, body: Buffer.from(body) })),
    ...HEADERS.map((headers): Monster => ({
      name: `headers ${JSON.stringify(headers).slice(0, 60)}`,
      body: Buffer.from(asBody(list, [good()])),
      headers,
    })),
    { name: 'gzip, not declared', body: gzipSync(asBody(list, [good()])) },
    ...['gzip', 'deflate', 'br'].map((encoding): Monster => ({
      name: `64 MiB of nothing as ${encoding}`,
      body: GZIP_BOMB,
      headers: { 'content-encoding': encoding },
    })),
  ];
}
