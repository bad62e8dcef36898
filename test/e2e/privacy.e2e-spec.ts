import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { giveProviderKey, newStaffKey, provisionStaff } from '#identity';
import { Services, until } from './support/services';

const AUDIT = join(__dirname, '../../dist/scripts/audit.js');

const START_MS = Date.UTC(2026, 2, 2, 9);
const MINUTE_MS = 60_000;
const at = (minute: number): string => new Date(START_MS + minute * MINUTE_MS).toISOString();

/** Persons who are nowhere else, and so cannot be taken for anything else where they are found. */
const SCAM = '03109876541';
const HOLDERS = [
  { name: 'Zulekha Planted-One', msisdn: '03001987651', nationalId: '3520298765431' },
  { name: 'زلیخا دوم', msisdn: '03001987652', nationalId: '3520298765432' },
] as const;
const DEVICE = 'handset-planted-77';
const IP = '203.0.113.77';

/** As they were sent, in every spelling that they are turned into on the way. */
const PLANTED = [
  ...[SCAM, ...HOLDERS.map(({ msisdn }) => msisdn)].map((number) => number.slice(1)),
  ...HOLDERS.flatMap(({ name, nationalId }) => [name, name.normalize('NFKD'), nationalId]),
  ...['3520298765431', '3520298765432'].map((id) => id.replace(/^(\d{5})(\d{7})(\d)$/, '$1-$2-$3')),
  DEVICE,
  IP,
];

const life = Array.from({ length: 900 }, (_, i) => ({
  transferId: `L-${String(i)}`,
  occurredAt: at(i / 5),
  type: 'P2P',
  amount: String(300 + ((i * 37) % 900)),
  currency: 'PKR',
  debtor: { walletId: `w${String((i * 7) % 60)}` },
  creditor: { walletId: `w${String(((i * 7) % 60) + 1 + (i % 5))}` },
}));
const calls = HOLDERS.map(({ msisdn }, i) => ({
  eventId: `C-${String(i)}`,
  type: 'CALL',
  occurredAt: at(181 + i),
  caller: { msisdn: SCAM },
  callee: { msisdn },
}));
const payments = HOLDERS.map((holder, i) => ({
  transferId: `V-${String(i)}`,
  occurredAt: at(200 + i),
  type: 'P2P',
  amount: '20000',
  currency: 'PKR',
  debtor: { walletId: `victim-${String(i)}`, ...holder },
  creditor: { walletId: 'mule' },
  device: { id: DEVICE, ip: IP },
}));
/** Each wrong in another way, with persons in what is wrong. */
const wrong = [
  { ...payments[0], transferId: 'X-1', amount: HOLDERS[0].name },
  { ...payments[0], transferId: 'X-2', occurredAt: HOLDERS[0].msisdn },
  { ...payments[0], transferId: 'X-3', debtor: { walletId: 'x', nationalId: HOLDERS[1].name } },
  { ...payments[0], transferId: 'X-4', [HOLDERS[0].name]: 1 },
  { ...payments[0], transferId: 'X-5', debtor: { walletId: 'x', name: { of: HOLDERS[0].name } } },
];

/** Somebody whom no case is about. */
const BYSTANDER = '03001987699';
const passing = {
  transferId: 'B-1',
  occurredAt: at(210),
  type: 'P2P',
  amount: '100',
  currency: 'PKR',
  debtor: { walletId: 'bystander', msisdn: BYSTANDER },
  creditor: { walletId: 'w1' },
};

/** Sends what is wrong as CSV, by a mapping and as files too. @returns the answers, but those that show a sender its own rows */
async function sendOtherwise(): Promise<string[]> {
  const ask = async (
    method: string,
    path: string,
    body: string,
    headers: Record<string, string>,
  ): Promise<Response> =>
    fetch(services.url('ingestion', path), {
      method,
      headers: { authorization: `Bearer ${services.providerKey}`, ...headers },
      ...(body === '' ? {} : { body }),
    });
  const { name, msisdn } = HOLDERS[0];
  const csv = { 'content-type': 'text/csv' };
  const json = { 'content-type': 'application/json' };
  const fields = Object.fromEntries(
    ['transferId', 'occurredAt', 'type', 'amount', 'currency', 'debtor.walletId', 'debtor.msisdn']
      .concat('creditor.walletId')
      .map((path) => [path, { from: path }]),
  );
  const type = { from: 'type', values: { '1': 'P2P' } };
  const mapping = JSON.stringify({ fields: { ...fields, type } });
  expect((await ask('PUT', '/v1/mappings/own', mapping, json)).status).toBe(200);
  const header = Object.keys(fields).join(',');
  const rows = `${header}\nM-1,${name},1,1,PKR,a,${msisdn},b\nM-2,${at(0)},${name},1,PKR,a,${msisdn},b\n`;
  expect((await ask('POST', '/v1/mappings/own/dry-runs', rows, csv)).status).toBe(200);
  const said = await Promise.all([
    ask('POST', '/v1/transfers?mapping=own', rows, csv),
    ask('POST', '/v1/transfers', `transferId,${name}\n`, csv),
    ask('POST', '/v1/transfers', `${header},"${name}`, csv),
    ask('PUT', '/v1/mappings/wrong', JSON.stringify({ fields: { [name]: { from: name } } }), json),
  ]);
  const lines = [...wrong, ...payments].map((row) => `${JSON.stringify(row)}\n`).join('');
  for (const [length, content] of [
    [Buffer.byteLength(lines), lines],
    // The rest never comes, so it lies there.
    [Buffer.byteLength(lines) + 1, lines],
    [Buffer.byteLength(rows), rows],
  ] as const) {
    const format = content === rows ? 'csv' : 'ndjson';
    const created = await ask('POST', '/v1/files', '', {
      'upload-length': String(length),
      'upload-metadata': `format ${Buffer.from(format).toString('base64')}`,
    });
    const path = created.headers.get('location')!;
    const part = { 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' };
    expect((await ask('PATCH', path, content, part)).status).toBe(204);
    const isWhole = length === Buffer.byteLength(content);
    await until('the file is worked through', async () => {
      const { state } = (await (await ask('GET', path, '', {})).json()) as { state: string };
      return isWhole ? state === 'DONE' : state === 'RECEIVING';
    });
    said.push(await ask('GET', path, '', {}), await ask('GET', `${path}/refusals`, '', {}));
  }
  const texts = await Promise.all(said.map((answer) => answer.text()));
  // The refusals of the file are among them.
  expect(texts.join('\n')).toContain('1,X-1,INVALID_INPUT,/amount');
  return texts;
}

let services: Services;
let snapshots: string;
let caseId: string;
const answers: string[] = [];

beforeAll(async () => {
  snapshots = mkdtempSync(join(tmpdir(), 'layerwatch privacy '));
  services = await Services.start(undefined, {
    SCORING_SNAPSHOT_DIR: snapshots,
    LOG_LEVEL: 'debug',
  });
  const operation = await services.people('POST', '/v1/operations', {
    ...{ id: 'OP-CALLS', name: 'Boiler room', kind: 'CALL_CENTRE', modus: 'IMPERSONATION' },
    indicators: [{ type: 'msisdn', value: SCAM, knownFrom: at(0) }],
  });
  expect(operation.status).toBe(201);
  for (const [rows, list] of [
    [life, 'transfers'],
    [calls, 'events'],
    [payments, 'transfers'],
    [[passing], 'transfers'],
  ] as const) {
    expect(await (await services.post(rows, list)).json()).toMatchObject({ accepted: rows.length });
  }
  const refused = await services.post(wrong);
  answers.push(await refused.text());
  expect(JSON.parse(answers[0]!)).toMatchObject({ accepted: 0, rejected: wrong.length });
  answers.push(await (await services.post(['{', HOLDERS[0].name])).text());
  answers.push(...(await sendOtherwise()));
  await services.settled();
  const cases = await services.all<{ id: string }>('/v1/cases');
  expect(cases).toHaveLength(1);
  caseId = cases[0]!.id;
}, 180_000);

afterAll(async () => {
  await services.stop();
  rmSync(snapshots, { recursive: true, force: true });
});

const reveal = (walletId: string, purpose = 'INVESTIGATION') =>
  services.people('POST', `/v1/cases/${caseId}/reveals`, {
    ...{ provider: 'demo', walletId, purpose, reason: 'who was robbed' },
  });

describe('a person', () => {
  it('is shown to whoever reads the case and says why, as they were reported', async () => {
    const answer = await reveal('victim-1');
    expect(answer.status).toBe(200);
    const { identities } = (await answer.json()) as {
      identities: { type: string; value: string }[];
    };
    const { name, msisdn, nationalId } = HOLDERS[1];
    expect(Object.fromEntries(identities.map(({ type, value }) => [type, value]))).toMatchObject({
      ...{ name, msisdn, nationalId },
    });
    expect((await (await reveal('nobody')).json()) as object).toEqual({
      identities: [],
      truncated: false,
    });
    expect((await reveal('victim-1', 'CURIOSITY')).status).toBe(400);
    const rows: { body: string }[] = await services.database.dataSource.query(
      `select body from audit.entry where body::jsonb ->> 'act' = 'reveal identities' order by at`,
    );
    expect(JSON.parse(rows[0]!.body)).toMatchObject({
      ...{
        actor: { id: 'analyst' },
        object: { type: 'case', id: caseId },
        reason: 'who was robbed',
      },
      details: { purpose: 'INVESTIGATION', wallet: { provider: 'demo', walletId: 'victim-1' } },
    });
    const { tokens } = (JSON.parse(rows[0]!.body) as { details: { tokens: string[] } }).details;
    expect(tokens.filter((token) => token.startsWith('msisdn:'))).toHaveLength(1);
  });

  it('is found by an identifier, and by the handset', async () => {
    for (const [type, value] of [
      ['msisdn', HOLDERS[0].msisdn],
      ['nationalId', HOLDERS[1].nationalId],
      ['name', HOLDERS[1].name],
      ['device', DEVICE],
    ] as const) {
      const why = { purpose: 'INVESTIGATION', reason: 'a complaint names it' };
      const answer = await services.people('POST', '/v1/searches', { type, value, ...why });
      const found = (await answer.clone().json()) as { cases: { id: string }[] };
      expect([type, found.cases.map(({ id }) => id)]).toEqual([type, [caseId]]);
      answers.push(await answer.text());
    }
  });

  it('is looked up before paying: who is known, and the mule they paid, are told from the robbed', async () => {
    const asked = { scopes: ['screen'], networks: null, signed: false, expiresAt: null } as const;
    const { key } = await services.database.dataSource.transaction((manager) =>
      giveProviderKey(manager, { provider: 'demo', ...asked }),
    );
    const bands: unknown[] = [];
    for (const payee of [
      { walletId: 'mule' },
      { msisdn: SCAM },
      { msisdn: HOLDERS[0].msisdn },
      { walletId: 'victim-1' },
    ]) {
      const answer = await fetch(services.url('ingestion', '/v1/screenings'), {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ payee }),
      });
      answers.push(await answer.clone().text());
      bands.push(((await answer.json()) as { band: unknown }).band);
    }
    expect(bands.slice(1)).toEqual(['HIGH', 'LOW', 'LOW']);
    expect(bands[0]).not.toBe('LOW');
  });

  it('is in no answer of any other route, no error, log, metric, event, table, argument or snapshot', async () => {
    const found: string[] = [];
    const search = (where: string, text: string): void => {
      for (const planted of PLANTED) if (text.includes(planted)) found.push(`${where}: ${planted}`);
    };
    for (const text of answers) search('an answer', text);
    search('the logs', services.output);
    const paths = [
      '/v1/alerts',
      '/v1/cases',
      `/v1/cases/${caseId}`,
      '/v1/operations/OP-CALLS',
      '/v1/overview',
    ];
    for (const path of paths) search(path, await (await services.people('GET', path)).text());
    const referral = await services.people('POST', `/v1/cases/${caseId}/referrals`);
    search('a referral', await referral.text());
    for (const name of ['ingestion', 'scoring', 'case-referral'] as const) {
      search(`metrics of ${name}`, await (await fetch(services.url(name, '/metrics'))).text());
    }
    const { dataSource } = services.database;
    const tables: { name: string }[] = await dataSource.query(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema')`,
    );
    expect(tables.length).toBeGreaterThan(30);
    for (const { name } of tables) {
      const rows: { text: string }[] = await dataSource.query(
        `select coalesce(string_agg(t::text, ' '), '') as text from ${name} t`,
      );
      search(`table ${name}`, rows[0]!.text);
    }
    search('arguments of processes', execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }));
    await services.stopProcesses();
    const files = readdirSync(snapshots);
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) search('a snapshot', readFileSync(join(snapshots, file), 'latin1'));
    expect(found).toEqual([]);
  });

  it('is forgotten where no case is about them; the trail still verifies, and a replay raises the same', async () => {
    // From the log alone.
    for (const file of readdirSync(snapshots)) rmSync(join(snapshots, file));
    await Promise.all(
      (['scoring', 'case-referral', 'ingestion'] as const).map((name) => services.startOne(name)),
    );
    await services.settled();
    const alerts = await services.all('/v1/alerts');
    const { approver } = services.staffKeys;
    const erasure = (value: string) =>
      services.people(
        'POST',
        '/v1/erasures',
        { type: 'msisdn', value, reason: 'they asked' },
        approver,
      );
    const another = newStaffKey();
    await provisionStaff(
      services.database.dataSource,
      { id: 'another', role: 'approver' },
      another,
    );
    const approved = async (value: string): Promise<number> => {
      const { id } = (await (await erasure(value)).json()) as { id: string };
      const path = `/v1/erasures/${id}/approvals`;
      return (await services.people('POST', path, undefined, another)).status;
    };
    expect(await approved(HOLDERS[0].msisdn)).toBe(409);
    expect(await approved(SCAM)).toBe(409);
    expect(await approved('03000000000')).toBe(404);
    const proposed = await erasure(BYSTANDER);
    expect(proposed.status).toBe(201);
    const { id, token } = (await proposed.json()) as { id: string; token: string };
    const own = await services.people('POST', `/v1/erasures/${id}/approvals`, undefined, approver);
    expect(own.status).toBe(403);
    const done = await services.people('POST', `/v1/erasures/${id}/approvals`, undefined, another);
    expect(await done.json()).toMatchObject({ status: 'ERASED' });
    const rows: { key_version: number }[] = await services.database.dataSource.query(
      'select key_version from feed.identity where token = $1',
      [token],
    );
    expect(rows).toEqual([{ key_version: 0 }]);
    const sentAgain = await services.post([passing]);
    expect(await sentAgain.json()).toMatchObject({ duplicates: 1, rejected: 0 });
    const still: { key_version: number }[] = await services.database.dataSource.query(
      'select key_version from feed.identity where token = $1',
      [token],
    );
    expect(still).toEqual([{ key_version: 0 }]);
    await services.kill('scoring');
    await services.startOne('scoring');
    await services.settled();
    expect(await services.all('/v1/alerts')).toEqual(alerts);
    const { privateKey } = generateKeyPairSync('ed25519');
    const auditKey = join(services.folder, 'audit.key');
    writeFileSync(auditKey, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const verified = execFileSync(process.execPath, [AUDIT, 'verify'], {
      encoding: 'utf8',
      env: {
        ...process.env,
        DATABASE_URL: services.database.databaseUrl,
        AUDIT_KEY_FILE: auditKey,
      },
    });
    expect(verified).toMatch(/^OK: \d+ entries/);
  }, 120_000);
});
