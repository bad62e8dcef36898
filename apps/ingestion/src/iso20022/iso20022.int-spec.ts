import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validateXML } from 'xmllint-wasm';
import { type TransfersAnswer } from '#contracts';
import { giveProviderKey, setCodes } from '#identity';
import { type Page } from '#platform';
import { createTestDatabase, describeWithShared, type TestDatabase } from '#testing';
import { PROVIDER, runIngestion, type RunningIngestion } from '../../test/running-ingestion';
import { pacs002, pacs008, type Payment, type Status } from '../../test/iso-messages';

let database: TestDatabase;
let ingestion: RunningIngestion;
/** A key that may ask how the feed is. */
let reader: string;

beforeAll(async () => {
  database = await createTestDatabase();
  ingestion = await runIngestion(database.databaseUrl, { INGESTION_UNCONFIRMED_AFTER_MS: '0' });
  const asked = { scopes: ['health'], networks: null, signed: false, expiresAt: null } as const;
  const given = await database.dataSource.transaction((manager) =>
    giveProviderKey(manager, { provider: PROVIDER, ...asked }),
  );
  reader = given.key;
});

afterAll(async () => {
  await ingestion.close();
  await database.drop();
});

const XML = { 'content-type': 'application/xml' };

async function send(
  message: string | Buffer,
  headers: Record<string, string> = XML,
): Promise<TransfersAnswer> {
  const response = await ingestion.post(message, headers, 'iso20022');
  const answer = (await response.json()) as TransfersAnswer;
  if (response.status !== 200) throw new Error(`${response.status} ${JSON.stringify(answer)}`);
  return answer;
}

let payments = 0;
const payment = (change: Partial<Payment> = {}): Payment => {
  const number = String((payments += 1)).padStart(6, '0');
  return {
    messageId: `M-${number}`,
    txId: `TX-${number}`,
    endToEndId: `E2E-${number}`,
    uetr: null,
    amount: '1250.50',
    at: '2026-03-02T14:23:11+05:00',
    debtor: 'PK05TMFB0000003001234567',
    creditor: '923219876543',
    ...change,
  };
};
const statusOf = (of: Payment, code: string, change: Partial<Status> = {}): Status => ({
  messageId: of.messageId,
  txId: of.txId,
  endToEndId: of.endToEndId,
  uetr: of.uetr,
  code,
  at: '2026-03-02T14:23:31+05:00',
  ...change,
});

/** What the log tells of a transfer: one word a row. */
async function told(transferId: string): Promise<string[]> {
  const rows: { status: string }[] = await database.dataSource.query(
    'select status from feed.transfer where provider_id = $1 and transfer_id = $2 order by position',
    [PROVIDER, transferId],
  );
  return rows.map(({ status }) => status);
}

async function unconfirmed(): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  for (let after = ''; ;) {
    const response = await fetch(
      `http://127.0.0.1:${ingestion.port}/v1/feed/unconfirmed?limit=2${after}`,
      { headers: { authorization: `Bearer ${reader}` } },
    );
    expect(response.status).toBe(200);
    const page = (await response.json()) as Page<Record<string, unknown>>;
    items.push(...page.items);
    if (page.next === null) return items;
    after = `&after=${page.next}`;
  }
}
const waitsFor = async (id: string): Promise<unknown[]> =>
  (await unconfirmed())
    .filter(({ transferId, txId, endToEndId, messageId }) =>
      [transferId, txId, endToEndId, messageId].includes(id),
    )
    .map(({ kind, code }) => [kind, code]);

describe('a payment', () => {
  it('waits for its status, and then moves value when it was accepted', async () => {
    const one = payment();
    expect(await send(pacs008([one]))).toEqual({
      accepted: 1,
      duplicates: 0,
      rejected: 0,
      problems: [],
    });
    expect(await told(one.txId!)).toEqual(['PENDING']);
    expect(await waitsFor(one.txId!)).toEqual([['PAYMENT', null]]);
    expect(await send(pacs002([statusOf(one, 'ACSP')]))).toMatchObject({ accepted: 1 });
    expect(await told(one.txId!)).toEqual(['PENDING']);
    expect(await waitsFor(one.txId!)).toEqual([['PAYMENT', 'ACSP']]);
    expect(await send(pacs002([statusOf(one, 'ACSC')]))).toMatchObject({ accepted: 1 });
    expect(await told(one.txId!)).toEqual(['PENDING', 'SETTLED']);
    expect(await waitsFor(one.txId!)).toEqual([]);
    const [first, settled]: Record<string, unknown>[] = await database.dataSource.query(
      `select occurred_at, amount_minor, type, debtor_wallet, creditor_wallet, debtor_provider, original_position, position,
              particulars, creditor_tokens
       from feed.transfer where transfer_id = $1 order by position`,
      [one.txId],
    );
    expect(settled).toMatchObject({
      occurred_at: new Date('2026-03-02T09:23:31Z'),
      amount_minor: 125_050,
      type: 'P2P',
      debtor_wallet: 'PK05TMFB0000003001234567',
      creditor_wallet: '923219876543',
      debtor_provider: 'TMFBPKKA',
      original_position: first!.position,
      particulars: first!.particulars,
      creditor_tokens: first!.creditor_tokens,
    });
    expect(settled!.particulars).toMatchObject({ endToEndId: one.endToEndId, rail: 'RAAST' });
  });

  it('is told once, however often it is sent, and so is what is told of it', async () => {
    const one = payment();
    const messages = [pacs008([one]), pacs002([statusOf(one, 'ACCC')])];
    for (const message of messages) expect(await send(message)).toMatchObject({ accepted: 1 });
    for (const message of messages) expect(await send(message)).toMatchObject({ duplicates: 1 });
    expect(await told(one.txId!)).toEqual(['PENDING', 'SETTLED']);
  });

  it('ends in the same whichever of the two comes first', async () => {
    const one = payment();
    expect(await send(pacs002([statusOf(one, 'ACSC')]))).toMatchObject({ accepted: 1 });
    expect(await waitsFor(one.txId!)).toEqual([['STATUS', 'ACSC']]);
    expect(await send(pacs008([one]))).toMatchObject({ accepted: 1 });
    expect(await told(one.txId!)).toEqual(['PENDING', 'SETTLED']);
    expect(await waitsFor(one.txId!)).toEqual([]);
  });

  it('never moves value where it was rejected, and contradictions are refused again and again', async () => {
    const one = payment();
    await send(pacs008([one]));
    expect(await send(pacs002([statusOf(one, 'RJCT')]))).toMatchObject({ accepted: 1 });
    expect(await told(one.txId!)).toEqual(['PENDING', 'FAILED']);
    for (let i = 0; i < 2; i += 1) {
      expect(await send(pacs002([statusOf(one, 'ACSC')]))).toMatchObject({
        rejected: 1,
        problems: [{ transferId: one.txId, code: 'CONFLICT', path: '/TxInfAndSts/TxSts' }],
      });
    }
    expect(await told(one.txId!)).toEqual(['PENDING', 'FAILED']);
  });

  it('with other money under its id is a conflict', async () => {
    const one = payment();
    await send(pacs008([one]));
    const answer = await send(pacs008([{ ...one, amount: '1250.51' }]));
    expect(answer).toMatchObject({
      rejected: 1,
      problems: [{ code: 'CONFLICT', path: '/amount' }],
    });
  });

  it.each([
    ['its end-to-end id', { txId: null, uetr: null }],
    ['its UETR', { txId: null, endToEndId: 'NOTPROVIDED' }],
    ['its transaction id', { uetr: null, endToEndId: 'NOTPROVIDED' }],
  ])('is found by %s alone', async (_, left) => {
    const one = payment({ uetr: randomUUID() });
    await send(pacs008([one]));
    await send(pacs002([statusOf(one, 'ACSC', { ...left, messageId: null })]));
    expect(await told(one.txId!)).toEqual(['PENDING', 'SETTLED']);
  });

  it('is not found by an end-to-end id that two payments have', async () => {
    const [one, other] = [payment({ endToEndId: 'RENT' }), payment({ endToEndId: 'RENT' })];
    for (const each of [one, other]) await send(pacs008([each]));
    const vague = statusOf(one, 'ACSC', {
      txId: null,
      messageId: null,
      at: '2026-03-02T14:24:00Z',
    });
    await send(pacs002([vague]));
    expect([await told(one.txId!), await told(other.txId!)]).toEqual([['PENDING'], ['PENDING']]);
    expect(await waitsFor('RENT')).toContainEqual(['STATUS', 'ACSC']);
    // The message that it came in tells them apart.
    await send(pacs002([{ ...vague, messageId: other.messageId }]));
    expect(await told(other.txId!)).toEqual(['PENDING', 'SETTLED']);
  });

  it('of a whole message ends with the message', async () => {
    const messageId = 'M-GROUP';
    const [one, other, later] = [
      payment({ messageId }),
      payment({ messageId }),
      payment({ messageId }),
    ];
    await send(pacs008([one, other]));
    await send(pacs002([], { messageId, code: 'ACSC', at: '2026-03-02T14:25:00Z' }));
    await send(pacs008([later]));
    for (const { txId } of [one, other, later]) {
      expect(await told(txId!)).toEqual(['PENDING', 'SETTLED']);
    }
    expect(await waitsFor(messageId)).toEqual([]);
  });

  it('that nothing names is refused, the others of its message are taken', async () => {
    const [bad, good] = [payment({ txId: null, endToEndId: 'NOTPROVIDED' }), payment()];
    expect(await send(pacs008([bad, good]))).toMatchObject({
      accepted: 1,
      rejected: 1,
      problems: [{ index: 0, code: 'INVALID_INPUT', path: '/CdtTrfTxInf/PmtId' }],
    });
  });

  it.each([
    ['an amount of nothing', { amount: '0' }, '/CdtTrfTxInf/IntrBkSttlmAmt'],
    ['a third decimal', { amount: '1.001' }, '/CdtTrfTxInf/IntrBkSttlmAmt'],
    ['a time without offset', { at: '2026-03-02T14:23:11' }, '/CdtTrfTxInf/AccptncDtTm'],
    [
      'one account on both sides',
      { debtor: 'A', creditor: 'A', sameAgent: true },
      '/CdtTrfTxInf/CdtrAcct/Id',
    ],
  ])('with %s is refused, by its own path and id', async (_, change, path) => {
    const one = payment(change);
    expect(await send(pacs008([one]))).toMatchObject({
      rejected: 1,
      problems: [{ transferId: one.txId, code: 'INVALID_INPUT', path }],
    });
  });

  it('is of the provider that has its agent’s code', async () => {
    await database.dataSource.transaction((manager) =>
      setCodes(manager, PROVIDER, ['TMFBPKKA', 'TMFB']),
    );
    const other = await runIngestion(database.databaseUrl, {}, ingestion.key);
    try {
      const one = payment();
      const response = await other.post(pacs008([one]), XML, 'iso20022');
      expect(await response.json()).toMatchObject({ accepted: 1 });
      const rows: unknown[] = await database.dataSource.query(
        'select debtor_provider, creditor_provider from feed.transfer where transfer_id = $1',
        [one.txId],
      );
      expect(rows).toEqual([{ debtor_provider: PROVIDER, creditor_provider: 'JCMAPKKA' }]);
    } finally {
      await other.close();
    }
  });

  it('ends in the same, whatever the order and however it is split and repeated', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            // As far as the standard lets a status be told: what is final stays so.
            codes: fc.constantFrom<string[]>(['ACSC'], ['ACSP', 'ACSC'], ['RJCT'], ['PDNG'], []),
            by: fc.constantFrom({}, { txId: null }, { endToEndId: 'NOTPROVIDED' }),
          }),
          { minLength: 1, maxLength: 4 },
        ),
        fc.array(fc.nat(), { minLength: 30, maxLength: 30 }),
        async (plans, chance) => {
          const made = plans.map((plan) => ({ plan, one: payment() }));
          const messages = made.flatMap(({ plan, one }) => [
            pacs008([one]),
            ...plan.codes.map((code) => pacs002([statusOf(one, code, plan.by)])),
          ]);
          const twice = [...messages, ...messages];
          const order = twice
            .map((message, at) => ({ message, key: chance[at % chance.length]! }))
            .sort((a, b) => a.key - b.key);
          for (const { message } of order) await send(message);
          for (const { plan, one } of made) {
            const end = plan.codes.includes('ACSC')
              ? ['SETTLED']
              : plan.codes.includes('RJCT')
                ? ['FAILED']
                : [];
            expect(await told(one.txId!)).toEqual(['PENDING', ...end]);
          }
        },
      ),
      { numRuns: 15 },
    );
  }, 60_000);

  it('that two instances are told of at once, from either side, is settled once', async () => {
    const other = await runIngestion(database.databaseUrl, {}, ingestion.key);
    try {
      const made = Array.from({ length: 4 }, () => payment());
      await Promise.all(
        made.flatMap((one) => [
          other.post(pacs002([statusOf(one, 'ACSC')]), XML, 'iso20022'),
          send(pacs008([one])),
          other.post(pacs008([one]), XML, 'iso20022'),
        ]),
      );
      for (const { txId } of made) expect(await told(txId!)).toEqual(['PENDING', 'SETTLED']);
    } finally {
      await other.close();
    }
  });
});

describe('a body', () => {
  it('of another type is refused', async () => {
    for (const type of ['text/plain', 'application/x-ndjson', '']) {
      const message = pacs008([payment()]);
      const response = await ingestion.post(message, { 'content-type': type }, 'iso20022');
      expect(response.status).toBe(415);
    }
  });

  it('may have a prefix, comments, character data and a mark of the byte order', async () => {
    const one = payment();
    const message = pacs008([one])
      .replaceAll(/<(\/?)(?=[A-Z])/g, '<$1p:')
      .replace('xmlns=', 'xmlns:p=')
      .replace('<p:GrpHdr>', '<!-- & --><p:GrpHdr>')
      .replace('TEST DEBTOR', '<![CDATA[A & B <]]> &amp; &#x641;');
    expect(await send(`\uFEFF${message}`)).toMatchObject({ accepted: 1 });
  });
});

describeWithShared('the samples of the standard', (folder) => {
  const iso = (name: string): string => join(folder, 'standards/iso20022', name);
  const sample = (name: string): Buffer => readFileSync(iso(`samples/${name}`));
  const isValid = async (xml: string, version: string): Promise<boolean> => {
    const schema = readFileSync(iso(`${version}.xsd`), 'utf8');
    const { valid } = await validateXML({ xml, schema, maxMemoryPages: 1_024 });
    return valid;
  };

  it('are taken: a payment, its recall, its order, and its status, as XML', async () => {
    const id = 'RAAST-20260302-0000017';
    expect(await send(sample('pain.001.001.09.xml'))).toMatchObject({ accepted: 1 });
    expect(await send(sample('camt.056.001.08_FRAD.xml'))).toMatchObject({ accepted: 1 });
    expect(await send(sample('pacs.008.001.08_raast_style.xml'))).toMatchObject({ accepted: 1 });
    expect(await send(sample('pacs.002.001.10_ACSC.xml'))).toMatchObject({ accepted: 1 });
    expect(await told(id)).toEqual(['PENDING', 'SETTLED']);
    const rows: unknown[] = await database.dataSource.query(
      'select kind, code, transfer_id from feed.iso_report where transfer_id = $1 order by kind',
      [id],
    );
    expect(rows).toEqual([
      { kind: 'ORDER', code: null, transfer_id: id },
      { kind: 'RECALL', code: 'FRAD', transfer_id: id },
      { kind: 'STATUS', code: 'ACSC', transfer_id: id },
    ]);
    // Sent again it is no other complaint, whichever came first, the recall or the payment.
    expect(await send(sample('camt.056.001.08_FRAD.xml'))).toMatchObject({ duplicates: 1 });
    const complaints: { particulars: unknown; later: boolean }[] = await database.dataSource.query(
      `select particulars, e.position > k.positions[1] as later
       from feed.event e join feed.transfer_key k on k.transfer_id = e.particulars ->> 'transferId'
       where e.provider_id = $1 and e.type = 'COMPLAINT' and k.transfer_id = $2`,
      [PROVIDER, id],
    );
    const particulars = { transferId: id, provider: PROVIDER, reason: 'FRAUD' };
    expect(complaints).toEqual([{ particulars, later: true }]);
    // The other answer to the same payment.
    expect(await send(sample('pacs.002.001.10_RJCT.xml'))).toMatchObject({ rejected: 1 });
  });

  it('are taken as JSON', async () => {
    const json = { 'content-type': 'application/json' };
    const other = 'E2E-JSON-1';
    const renamed = (name: string): string =>
      sample(name).toString('utf8').replaceAll('E2E-TMFB-0000017', other);
    expect(await send(renamed('pacs.008.json'), json)).toMatchObject({ accepted: 1 });
    expect(await send(renamed('pacs.002.json'), json)).toMatchObject({ accepted: 1 });
    expect(await told(other)).toEqual(['PENDING', 'SETTLED']);
    const [stored]: Record<string, unknown>[] = await database.dataSource.query(
      'select amount_minor, type, debtor_wallet, particulars from feed.transfer where transfer_id = $1 limit 1',
      [other],
    );
    expect(stored).toMatchObject({
      amount_minor: 4_950_000,
      type: 'P2P',
      debtor_wallet: '923001234567',
      particulars: { narrative: expect.any(String) as string },
    });
  });

  it('and what these tests send are as the schemas have them', async () => {
    const one = payment({ uetr: randomUUID() });
    for (const version of ['pacs.008.001.08', 'pacs.008.001.10']) {
      expect([version, await isValid(pacs008([one, payment()], version), version)]).toEqual([
        version,
        true,
      ]);
    }
    for (const version of ['pacs.002.001.10', 'pacs.002.001.12']) {
      expect([
        version,
        await isValid(pacs002([statusOf(one, 'ACSC')], null, version), version),
      ]).toEqual([version, true]);
    }
    expect(await isValid(pacs008([payment({ amount: 'much' })]), 'pacs.008.001.08')).toBe(false);
    for (const [name, version] of [
      ['camt.056.001.08_FRAD.xml', 'camt.056.001.08'],
      ['pain.001.001.09.xml', 'pain.001.001.09'],
      ['pacs.008.001.08_raast_style.xml', 'pacs.008.001.08'],
    ] as const) {
      expect([name, await isValid(sample(name).toString('utf8'), version)]).toEqual([name, true]);
    }
  });
});
