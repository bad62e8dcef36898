import * as fc from 'fast-check';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LogEntry, type TransferEntry } from '#contracts';
import {
  AMOUNT_MINOR_MAX,
  EVENT_TIME_MAX_MS,
  EVENT_TIME_MIN_MS,
  formatEventTime,
  isHub,
  parseEventTime,
  type Party,
  PARTY_KINDS,
  type PartyKind,
  TRANSFER_STATUSES,
  TRANSFER_TYPES,
  type TransferStatus,
  type TransferType,
  walletKey,
} from '#domain';
import { createTestDatabase, type TestDatabase } from '#testing';
import { TransferLog } from './transfer-log';

let database: TestDatabase;
let log: TransferLog;

beforeEach(async () => {
  database = await createTestDatabase();
  log = new TransferLog(database.dataSource);
});

afterEach(async () => {
  await database.drop();
});

/** The columns as they are, one row a transfer: slow, and so plain that it can be believed. */
async function readPlainly(): Promise<LogEntry[]> {
  const rows: Record<string, string | null>[] = await database.dataSource.query(
    `select position::text, provider_id, transfer_id, status, type, amount_minor::text, currency,
            floor(extract(epoch from occurred_at) * 1000)::text as at_ms,
            debtor_provider, debtor_wallet, debtor_kind, creditor_provider, creditor_wallet, creditor_kind,
            original_position::text, to_json(debtor_tokens)::text as debtor_tokens,
            to_json(creditor_tokens)::text as creditor_tokens,
            particulars->'debtor'->>'openedAt' as debtor_opened,
            particulars->'creditor'->>'openedAt' as creditor_opened,
            particulars->'debtor'->>'tier' as debtor_tier, particulars->'creditor'->>'tier' as creditor_tier,
            case when type = 'CASH_OUT' then particulars->>'agentId' end as agent_id, history::text
     from feed.transfer order by position`,
  );
  const tokens = (text: string | null): string[] => JSON.parse(text ?? '[]') as string[];
  return rows.map((row) => ({
    kind: 'transfer',
    position: Number(row.position),
    originalPosition: row.original_position === null ? null : Number(row.original_position),
    debtorTokens: tokens(row.debtor_tokens!),
    creditorTokens: tokens(row.creditor_tokens!),
    ...marks(row, tokens(row.debtor_tokens!)),
    ...(row.history === 'true' ? { history: true as const } : {}),
    transfer: {
      provider: row.provider_id!,
      transferId: row.transfer_id!,
      status: row.status as TransferStatus,
      type: row.type as TransferType,
      occurredAtMs: Number(row.at_ms),
      amountMinor: Number(row.amount_minor),
      currency: row.currency!,
      debtor: {
        provider: row.debtor_provider!,
        walletId: row.debtor_wallet!,
        kind: row.debtor_kind as PartyKind | null,
        ...where('tier', row.debtor_tier),
        ...opening(row.debtor_kind!, row.debtor_opened!),
      },
      creditor: {
        provider: row.creditor_provider!,
        walletId: row.creditor_wallet!,
        kind: row.creditor_kind as PartyKind | null,
        ...where('tier', row.creditor_tier),
        ...opening(row.creditor_kind!, row.creditor_opened!),
      },
    },
  }));
}

function marks(
  row: Readonly<Partial<Record<string, string | null>>>,
  debtorTokens: readonly string[],
): Pick<TransferEntry, 'marks'> {
  const of = (type: string): string | undefined =>
    debtorTokens.find((token) => token.split(':')[0] === type);
  const agent = { provider: row.provider_id!, walletId: row.agent_id! };
  const creditor = { provider: row.creditor_provider!, walletId: row.creditor_wallet! };
  const paysCash = row.type === 'CASH_OUT' && row.creditor_kind === 'AGENT';
  const told = {
    ...where('handset', of('device') ?? of('imei')),
    ...where('sim', of('msisdn')),
    ...where('person', of('nationalId')),
    ...where(
      'agent',
      row.agent_id != null ? walletKey(agent) : paysCash ? walletKey(creditor) : null,
    ),
  };
  return Object.keys(told).length === 0 ? {} : { marks: told };
}

const where = (name: string, told: string | null | undefined): Record<string, string> =>
  told == null ? {} : { [name]: told };

/** Told of hubs only: of anybody else nothing depends on it. */
const opening = (kind: string | null, opened: string | null): Pick<Party, 'openedAtMs'> =>
  opened !== null && isHub(kind as PartyKind | null) ? { openedAtMs: parseEventTime(opened) } : {};

interface StoredRow {
  readonly provider: string;
  readonly transferId: string;
  readonly status: TransferStatus;
  readonly type: TransferType;
  /** Microseconds since 1970, a decimal. */
  readonly atMicros: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly debtor: Party;
  readonly creditor: Party;
  readonly originalPosition: number | null;
  readonly debtorTokens: readonly string[] | null;
  readonly creditorTokens: readonly string[] | null;
  readonly particulars: unknown;
}

/** Stores rows as they are, whatever ingestion would say to them, at positions from `first` on. */
async function storeRaw(rows: readonly StoredRow[], first = 1): Promise<void> {
  await database.dataSource.query(
    `insert into feed.transfer (position, provider_id, transfer_id, status, type, occurred_at, amount_minor, currency,
       debtor_provider, debtor_wallet, debtor_kind, creditor_provider, creditor_wallet, creditor_kind,
       original_position, debtor_tokens, creditor_tokens, particulars)
     select $2 + place, r->>'provider', r->>'transferId', r->>'status', r->>'type',
       timestamptz 'epoch' + (r->>'atMicros')::bigint * interval '1 microsecond',
       (r->>'amountMinor')::bigint, r->>'currency', r#>>'{debtor,provider}', r#>>'{debtor,walletId}',
       r#>>'{debtor,kind}', r#>>'{creditor,provider}', r#>>'{creditor,walletId}', r#>>'{creditor,kind}',
       (r->>'originalPosition')::bigint, ${TEXT_ARRAY('debtorTokens')}, ${TEXT_ARRAY('creditorTokens')},
       nullif(r->'particulars', 'null')
     from jsonb_array_elements($1::jsonb) with ordinality as told(r, place)`,
    [JSON.stringify(rows), first - 1],
  );
}

const TEXT_ARRAY = (key: string): string =>
  `case when jsonb_typeof(r->'${key}') = 'array'
     then array(select jsonb_array_elements_text(r->'${key}')) end`;

const PLAIN: StoredRow = {
  provider: 'demo',
  transferId: 'a',
  status: 'SETTLED',
  type: 'P2P',
  atMicros: '1772355909123000',
  amountMinor: 100,
  currency: 'PKR',
  debtor: { provider: 'demo', walletId: 'W1', kind: null },
  creditor: { provider: 'demo', walletId: 'W2', kind: null },
  originalPosition: null,
  debtorTokens: null,
  creditorTokens: null,
  particulars: null,
};

const HOSTILE_TEXTS = [
  'O\u2019Brien "the \\ backslash", of {1,2}, NULL',
  'line\nbreak\r\nand\ttab',
  "quote's; drop table feed.transfer; --",
  '\u0001\u001f\u007f\u2028\u2029',
  'محفظة ولی 钱包 👩🏽\u200d🚀',
  'e\u0301 is not \u00e9',
  'null',
  '[]',
  '\\x00',
  ' leading and trailing ',
  '-',
  'x'.repeat(64),
];

const text = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXTS),
  fc
    .string({ unit: 'binary', minLength: 1, maxLength: 20 })
    .filter((drawn) => !drawn.includes('\u0000')),
);
const party = fc.record({
  provider: fc.oneof(fc.constant('demo'), text),
  walletId: text,
  kind: fc.option(fc.constantFrom(...PARTY_KINDS)),
});
/** What a sender told beside: of a party nothing, something else, its tier, or its opening date as ingestion spells it. */
const told = fc.option(
  fc.record(
    {
      name: text,
      tier: text,
      msisdn: text,
      nationalId: text,
      openedAt: fc
        .oneof(
          fc.constantFrom(EVENT_TIME_MIN_MS, EVENT_TIME_MAX_MS - 1),
          fc.integer({ min: EVENT_TIME_MIN_MS, max: EVENT_TIME_MAX_MS - 1 }),
        )
        .map(formatEventTime),
    },
    { requiredKeys: [] },
  ),
  { nil: undefined },
);
const device = fc.option(fc.record({ id: text, imei: text }, { requiredKeys: [] }), {
  nil: undefined,
});
const particulars = fc.option(
  fc.record(
    { narrative: text, agentId: text, debtor: told, creditor: told, device },
    { requiredKeys: [] },
  ),
);
/** As ingestion writes them: a type, and base64url. */
const token = fc
  .tuple(
    fc.constantFrom('device', 'imei', 'msisdn', 'nationalId', 'iban', 'ip'),
    fc.stringMatching(/^[A-Za-z0-9_-]{1,22}$/),
  )
  .map(([type, code]) => `${type}:${code}`);
const tokens = fc.option(fc.array(token, { maxLength: 5 }));
/** Around the year 2000 and at its last before 2100; on, just before and just after whole milliseconds. */
const atMicros = fc
  .tuple(
    fc.constantFrom(-1n, 0n, 1n, 499n, 500n, 999n),
    fc.oneof(
      fc.constantFrom(EVENT_TIME_MIN_MS + 1, EVENT_TIME_MAX_MS - 1),
      fc.integer({ min: EVENT_TIME_MIN_MS + 1, max: EVENT_TIME_MAX_MS - 1 }),
    ),
  )
  .map(([micros, ms]) => String(BigInt(ms) * 1_000n + micros));
const storedRow: fc.Arbitrary<StoredRow> = fc.record({
  provider: fc.oneof(fc.constant('demo'), text),
  transferId: text,
  status: fc.constantFrom(...TRANSFER_STATUSES),
  type: fc.constantFrom(...TRANSFER_TYPES),
  atMicros,
  amountMinor: fc.oneof(
    fc.constantFrom(1, AMOUNT_MINOR_MAX - 1, AMOUNT_MINOR_MAX, Number.MAX_SAFE_INTEGER),
    fc.integer({ min: 1, max: AMOUNT_MINOR_MAX }),
  ),
  currency: fc.constantFrom('PKR', 'JPY', 'BHD'),
  debtor: party,
  creditor: party,
  originalPosition: fc.option(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })),
  debtorTokens: tokens,
  creditorTokens: tokens,
  particulars,
});

describe('the values of a page', () => {
  it('are those that are stored, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(storedRow, { minLength: 1, maxLength: 40 }),
        fc.constantFrom(1, 3, 1_000),
        async (rows, perPage) => {
          await database.dataSource.query('truncate feed.transfer');
          // Positions far beyond 32 bits, as a log comes to.
          await storeRaw(rows, 3_000_000_000);
          const plain = await readPlainly();
          expect(plain).toHaveLength(rows.length);
          const read: LogEntry[] = [];
          for await (const page of log.pages(0, Number.MAX_SAFE_INTEGER, perPage)) {
            read.push(...page);
          }
          expect(read).toEqual(plain);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are refused where a number would be rounded, a word is unknown, or an instant is none', async () => {
    const refused = async (change: string): Promise<void> => {
      await database.dataSource.query('truncate feed.transfer');
      await storeRaw([PLAIN]);
      expect(await log.read(0, 10)).toEqual(await readPlainly());
      await database.dataSource.query(`update feed.transfer set ${change}`);
      await expect(log.read(0, 10)).rejects.toThrow('invariant broken');
    };
    await refused(`amount_minor = 9007199254740993`);
    await refused(`original_position = 9007199254740993`);
    await refused(`status = 'SETTLED SETTLED'`);
    await refused(`type = 'p2p'`);
    await refused(`creditor_kind = 'CASINO'`);
    await refused(`currency = 'P R'`);
    await refused(`occurred_at = 'infinity'`);
    await refused(`debtor_kind = 'AGENT', particulars = '{"debtor": {"openedAt": "of old"}}'`);
  });
});

function nameOf(entry: LogEntry): string {
  switch (entry.kind) {
    case 'transfer':
      return entry.transfer.transferId;
    case 'event':
      return entry.event.eventId;
    case 'indicators.registered.v1':
      return entry.indicators[0]!.operationId;
    case 'rule-pack.activated.v1':
    case 'typology.switched.v1':
    case 'alert.disposed.v1':
      return entry.kind;
    default:
      return entry satisfies never;
  }
}

const storeChange = (eventId: string, position: number): Promise<unknown> =>
  database.dataSource.query(
    `insert into feed.event (position, provider_id, event_id, type, occurred_at, wallet_provider, wallet_id, particulars)
     values ($1, 'demo', $2, 'SIM_CHANGE', '2026-03-01T09:05:09.123Z', 'demo', 'W1', '{}')`,
    [position, eventId],
  );

describe('reading a stretch', () => {
  beforeEach(async () => {
    const names = [
      'a',
      'OP1',
      'b',
      'c',
      'OP2',
      'E1',
      'E2',
      'd',
      'E3',
      'e',
      'OP3',
      'E4',
      'E5',
      'E6',
    ];
    for (const [i, name] of names.entries()) {
      if (name.startsWith('E')) await storeChange(name, 10 + i);
      else if (name.startsWith('OP')) {
        await database.dataSource.query(
          `insert into intel.control_entry (position, name, body) values ($1, 'indicators.registered.v1', $2)`,
          [10 + i, { indicators: [{ operationId: name }] }],
        );
      } else await storeRaw([{ ...PLAIN, transferId: name }], 10 + i);
    }
  });

  async function stretch(after: number, upTo: number, perPage: number): Promise<string[][]> {
    const pages: string[][] = [];
    for await (const page of log.pages(after, upTo, perPage)) pages.push(page.map(nameOf));
    return pages;
  }

  it('gives every entry once, for every stretch and size of page', async () => {
    const all = await log.read(0, 100);
    const [first, last] = [all[0]!.position, all.at(-1)!.position];
    for (const perPage of [1, 2, 3, 100]) {
      for (let after = first - 1; after <= last; after += 1) {
        for (let upTo = after; upTo <= last + 1; upTo += 1) {
          const inside = all.filter(({ position }) => position > after && position <= upTo);
          const pages = await stretch(after, upTo, perPage);
          expect(pages.flat()).toEqual(inside.map(nameOf));
          expect(pages.every((page) => page.length > 0)).toBe(true);
          // Of either, however many there are of the other.
          for (const isOne of [/^E/, /^[a-z]/]) {
            const most = Math.max(
              ...pages.map((page) => page.filter((name) => isOne.test(name)).length),
              0,
            );
            expect(most).toBeLessThanOrEqual(perPage);
          }
        }
      }
    }
  });

  it('has the next page read while one is worked on, and not the one after', async () => {
    const asked = jest.spyOn(log, 'read');
    for await (const page of log.pages(0, Number.MAX_SAFE_INTEGER, 1)) {
      expect(page.map(nameOf)).toContain('a');
      await sleep(50);
      expect(asked).toHaveBeenCalledTimes(2);
      break;
    }
    // It was left early: nothing is asked behind its back.
    await sleep(50);
    expect(asked).toHaveBeenCalledTimes(2);
    asked.mockRestore();
  });

  it('tells of a page that failed while the one before was worked on, once it is its turn', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): number => unhandled.push(reason);
    process.on('unhandledRejection', note);
    const read: string[] = [];
    const reading = (async () => {
      for await (const page of log.pages(0, Number.MAX_SAFE_INTEGER, 2)) {
        read.push(...page.map(nameOf));
        await database.dataSource.query(`update feed.transfer set status = 'LOST'`);
        await sleep(50);
      }
    })();
    await expect(reading).rejects.toThrow('words that this code knows');
    process.off('unhandledRejection', note);
    // The second page may have been read before the update.
    expect(read.slice(0, 3)).toEqual(['a', 'OP1', 'b']);
    expect(unhandled).toEqual([]);
  });
});
