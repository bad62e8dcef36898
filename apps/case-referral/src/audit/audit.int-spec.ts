import { v5 as uuidV5 } from 'uuid';
import { type AuditEntry } from '#audit';
import { ACTS, type Act } from '#identity';
import { createTestDatabase, type TestDatabase } from '#testing';
import { DEFAULT_PACK } from '#typologies';
import { alertOver, paid } from '../../test/evidence';
import {
  type RunningCaseReferral,
  runCaseReferral,
  settled,
  tellAlert,
} from '../../test/running-case-referral';
import { AUDITED_READS } from './audit-routes.interceptor';

let database: TestDatabase;
let service: RunningCaseReferral;
const keys = new Map<string, string>();
const ALERT = uuidV5('a', '3a1c9d5e-50f3-4b57-9d0c-2d7b3e3f8a10');

beforeAll(async () => {
  database = await createTestDatabase();
  service = await runCaseReferral(database.databaseUrl, keys);
  const credit = paid('a', 'b', 100_00, 1);
  await tellAlert(database.dataSource, alertOver(ALERT, [credit]), [credit]);
  await settled(database.dataSource);
});

afterAll(async () => {
  await service.close();
  await database.drop();
});

const entries = async (): Promise<AuditEntry[]> => {
  const rows: { body: string }[] = await database.dataSource.query(
    'select body from audit.entry order by at, chain, place',
  );
  return rows.map(({ body }) => JSON.parse(body) as AuditEntry);
};

/** What the trail says of one request. */
async function said(
  who: string,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Record<string, unknown>; told: AuditEntry[] }> {
  const before = (await entries()).length;
  const answer = await service.call(who, method, path, body);
  return { ...answer, told: (await entries()).slice(before) };
}

let caseId: string;
let referralId: string;

beforeAll(async () => {
  const { body } = await service.call<{ items: { id: string }[] }>('ana', 'GET', '/v1/cases');
  caseId = body.items[0]!.id;
});

describe('what is written down', () => {
  it('is each look at persons and cases, before it is shown, and each that found nothing', async () => {
    const one = await said('ana', 'GET', `/v1/cases/${caseId}`);
    expect(one.told).toEqual([
      {
        ...{ act: 'read cases', outcome: 'done', object: { type: 'case', id: caseId } },
        actor: { id: 'ana', roles: ['analyst'], unit: null },
        ...{ id: expect.any(String) as string, at: expect.any(String) as string },
      },
    ]);
    const list = await said('ana', 'GET', '/v1/cases?limit=10');
    expect(list.told).toMatchObject([{ act: 'read cases', object: null, details: { shown: 1 } }]);
    const none = await said('ana', 'GET', `/v1/alerts/${caseId}`);
    expect([none.status, none.told]).toMatchObject([
      404,
      [{ outcome: 'refused', object: { type: 'alert', id: caseId } }],
    ]);
    // Whatever was typed may be a name.
    const typed = await said('ana', 'GET', '/v1/operations/Somebody');
    expect(typed.told).toMatchObject([{ outcome: 'refused', object: null }]);
  });

  it('is each refusal of what a role may not do', async () => {
    const { status, told } = await said('auditor', 'GET', `/v1/cases/${caseId}`);
    expect([status, told]).toMatchObject([
      403,
      [
        {
          act: 'read cases',
          outcome: 'refused',
          actor: { id: 'auditor' },
          details: { because: 'role' },
        },
      ],
    ]);
  });

  it('is each refusal of what was wanted of something, whatever it was', async () => {
    const nobody = '3a1c9d5e-50f3-4b57-9d0c-2d7b3e3f8a11';
    const wanted: [string, string, unknown, object][] = [
      [
        'ana',
        `/v1/cases/${nobody}/referrals`,
        undefined,
        { act: 'propose referrals', object: { type: 'case', id: nobody } },
      ],
      [
        'ana',
        `/v1/alerts/${nobody}/dispositions`,
        { outcome: 'REFUTED', reason: 'x' },
        { act: 'find on alerts', object: { type: 'alert', id: nobody } },
      ],
      [
        'ana',
        `/v1/cases/${nobody}/break-glass`,
        { purpose: 'REVIEW', reason: 'x' },
        { act: 'break the glass', object: { type: 'case', id: nobody } },
      ],
      [
        'aziz',
        `/v1/break-glass/${nobody}/reviews`,
        { outcome: 'JUSTIFIED', reason: 'x' },
        { object: { type: 'break-glass' } },
      ],
      [
        'aziz',
        '/v1/rule-packs/Somebody/activations',
        { mode: 'ACTIVE', reason: 'x' },
        { object: null },
      ],
    ];
    for (const [who, path, body, entry] of wanted) {
      const { status, told } = await said(who, 'POST', path, body);
      const because = { outcome: 'refused', actor: { id: who }, details: { because: 'NOT_FOUND' } };
      expect([path, status, told]).toMatchObject([path, 404, [{ ...because, ...entry }]]);
    }
    // Also of deciding on what one proposed oneself.
    const proposed = await said('aziz', 'POST', `/v1/cases/${caseId}/referrals`);
    const own = await said('aziz', 'POST', `/v1/referrals/${proposed.body.id as string}/approvals`);
    expect([own.status, own.told]).toMatchObject([
      403,
      [{ act: 'approve referrals', outcome: 'refused', details: { because: 'FORBIDDEN' } }],
    ]);
  });

  it('is each change, with what was and what is', async () => {
    const pack = { ...DEFAULT_PACK, version: 'audited' };
    const changes: [string, string, unknown, object][] = [
      [
        'ana',
        '/v1/operations',
        {
          id: 'op',
          name: 'n',
          kind: 'CALL_CENTRE',
          modus: 'PHISHING',
          indicators: [{ type: 'msisdn', value: '03001234567', knownFrom: '2026-01-01T00:00:00Z' }],
        },
        { act: 'register operations', object: { type: 'operation', id: 'op' }, before: null },
      ],
      [
        'ana',
        `/v1/alerts/${ALERT}/dispositions`,
        { outcome: 'CONFIRMED', reason: 'seen' },
        { act: 'find on alerts', reason: 'seen', before: null, after: { outcome: 'CONFIRMED' } },
      ],
      ['ana', '/v1/rule-packs', pack, { act: 'propose rule packs', object: { id: 'audited' } }],
      [
        'aziz',
        '/v1/rule-packs/audited/activations',
        { mode: 'ACTIVE', reason: 'tried' },
        { act: 'activate rule packs', before: { status: 'PROPOSED' }, after: { mode: 'ACTIVE' } },
      ],
      [
        'aziz',
        '/v1/typologies/FAN_IN/switches',
        { enabled: false, reason: 'noise' },
        { act: 'switch typologies', before: { enabled: true }, after: { enabled: false } },
      ],
      [
        'ana',
        '/v1/backtests',
        { pack: 'audited' },
        { act: 'run backtests', object: { type: 'backtest' } },
      ],
      [
        'ana',
        `/v1/cases/${caseId}/referrals`,
        undefined,
        { act: 'propose referrals', after: { caseId } },
      ],
    ];
    for (const [who, path, body, entry] of changes) {
      const { status, told, body: answer } = await said(who, 'POST', path, body);
      expect([path, status, told]).toMatchObject([
        path,
        201,
        [{ outcome: 'done', actor: { id: who }, ...entry }],
      ]);
      if (path.endsWith('/referrals')) referralId = answer.id as string;
      if (path.endsWith('/backtests')) {
        const cancelled = await said(
          'ana',
          'POST',
          `/v1/backtests/${answer.id as string}/cancellations`,
        );
        expect(cancelled.told).toMatchObject([
          { act: 'run backtests', after: { status: 'CANCELLED' } },
        ]);
      }
    }
    const because = { reason: 'needed' };
    const ofTheCase: [string, string, object, object][] = [
      [
        'aziz',
        'memberships',
        { staffId: 'ana', member: true },
        { act: 'decide who reads cases', before: { members: [] }, after: { members: ['ana'] } },
      ],
      [
        'ana',
        'reveals',
        { provider: 'demo', walletId: 'b', purpose: 'REVIEW' },
        { act: 'reveal identities', details: { purpose: 'REVIEW' } },
      ],
      [
        'ana',
        'break-glass',
        { purpose: 'REVIEW' },
        { act: 'break the glass', details: { purpose: 'REVIEW' } },
      ],
    ];
    for (const [who, path, body, entry] of ofTheCase) {
      const { told } = await said(who, 'POST', `/v1/cases/${caseId}/${path}`, {
        ...body,
        ...because,
      });
      expect([path, told]).toMatchObject([
        path,
        [{ actor: { id: who }, object: { type: 'case', id: caseId }, ...because, ...entry }],
      ]);
    }
    const compared = await said('ana', 'GET', '/v1/rule-packs/audited/comparison');
    expect(compared.told).toMatchObject([{ act: 'compare rule packs', outcome: 'refused' }]);
    const desk = await said('aziz', 'GET', '/v1/break-glass');
    expect(desk.told).toMatchObject([{ act: 'review broken glass', details: { shown: 1 } }]);
    const { token, type, sealed, keyVersion } = service.vault.seal('name', 'somebody');
    await database.dataSource.query(
      'insert into feed.identity (token, type, sealed, key_version) values ($1, $2, $3, $4)',
      [token, type, sealed, keyVersion],
    );
    const search = { type, value: 'somebody', purpose: 'REVIEW', ...because };
    expect((await said('ana', 'POST', '/v1/searches', search)).told).toMatchObject([
      { act: 'search by identifier', object: { id: token }, ...because, details: { shown: 0 } },
    ]);
    const erasure = await said('senior', 'POST', '/v1/erasures', {
      type,
      value: 'somebody',
      ...because,
    });
    expect(erasure.told).toMatchObject([
      { act: 'propose erasures', object: { id: token }, ...because },
    ]);
    const erased = await said(
      'aziz',
      'POST',
      `/v1/erasures/${erasure.body.id as string}/approvals`,
    );
    expect(erased.told).toMatchObject([{ act: 'approve erasures', object: { id: token } }]);
    const order = { authority: 'a court', ...because };
    const held = await said('senior', 'POST', `/v1/cases/${caseId}/legal-holds`, order);
    expect(held.told).toMatchObject([
      { act: 'place legal holds', after: { caseId, authority: 'a court' }, ...because },
    ]);
    const release = `/v1/legal-holds/${held.body.id as string}/releases`;
    expect((await said('senior', 'POST', release, because)).told).toHaveLength(1);
    expect((await said('aziz', 'POST', `${release}/approvals`)).told).toMatchObject([
      { act: 'release legal holds', before: { status: 'RELEASE_PROPOSED' } },
    ]);
    const approved = await said('aziz', 'POST', `/v1/referrals/${referralId}/approvals`);
    expect(approved.told).toMatchObject([
      { act: 'approve referrals', before: { status: 'PROPOSED' }, after: { status: 'REFERRED' } },
    ]);
    const signedOut = await said('ana', 'POST', '/v1/session/sign-out');
    expect(signedOut.told).toMatchObject([{ act: 'sign out' }]);
  });

  it('is whoever was not let in, at once and then as a count', async () => {
    const another = await runCaseReferral(database.databaseUrl, keys);
    const before = (await entries()).length;
    for (let n = 0; n < 5; n += 1) {
      expect((await another.call('lws_wrong', 'GET', '/v1/cases')).status).toBe(401);
      expect((await another.call(null, 'GET', '/v1/cases')).status).toBe(401);
    }
    const told = async () =>
      (await entries())
        .slice(before)
        .map(({ act, outcome, actor, details }) => ({ act, outcome, who: actor.id, ...details }));
    const entry = (because: string, count: number) => ({
      ...{ act: 'be let in', outcome: 'refused', who: 'unknown', because, count },
    });
    const first = [entry('token', 1), entry('nothing', 1)];
    expect(await told()).toEqual(first);
    await another.close();
    const counted = [...first, entry('token', 4), entry('nothing', 4)];
    expect(await told()).toHaveLength(counted.length);
    expect(await told()).toEqual(expect.arrayContaining(counted));
  });

  it('is what somebody sent that no route takes, and nothing of it', async () => {
    const body = { outcome: 'REFUTED', reason: 'x', decidedBy: 'somebody else' };
    const { status, told } = await said('ana', 'POST', `/v1/alerts/${ALERT}/dispositions`, body);
    expect([status, told]).toMatchObject([
      400,
      [
        {
          act: 'find on alerts',
          outcome: 'refused',
          object: { id: ALERT },
          details: { because: 'INVALID_INPUT' },
        },
      ],
    ]);
    expect(JSON.stringify(told)).not.toContain('somebody else');
  });

  it('names no person whom an indicator or a search is about', async () => {
    const all = JSON.stringify(await entries());
    expect(all).toContain('msisdn:');
    expect(all).not.toContain('3001234567');
  });

  it('is of every act that the table of roles knows, or of none that concerns anybody', async () => {
    const told = new Set((await entries()).map(({ act }) => act));
    /** What shows figures and rules, and nobody: nothing is written down of looking at it. */
    const ofNobody: Act[] = ['read the overview', 'read detection', 'be signed in'];
    await service.call('auditor', 'GET', '/v1/audit/entries');
    await service.call('ana', 'GET', `/v1/referrals/${referralId}`);
    await service.call('ana', 'GET', '/v1/operations/op');
    await service.call('compliance-officer', 'GET', '/v1/provider/transfers/t');
    for (const { act } of await entries()) told.add(act);
    expect(ACTS.filter((act) => !told.has(act))).toEqual(
      ofNobody.sort((a, b) => ACTS.indexOf(a) - ACTS.indexOf(b)),
    );
    expect(Object.keys(AUDITED_READS).length).toBeGreaterThanOrEqual(5);
  });

  it('is shown to auditors, page by page, and to nobody else', async () => {
    const seen: string[] = [];
    for (let after = ''; ;) {
      const { body } = await service.call<{ items: { entry: AuditEntry }[]; next: string | null }>(
        'auditor',
        'GET',
        `/v1/audit/entries?actor=ana&limit=3${after}`,
      );
      seen.push(...body.items.map(({ entry }) => entry.id));
      if (body.next === null) break;
      after = `&after=${body.next}`;
    }
    const expected = (await entries())
      .filter(({ actor }) => actor.id === 'ana')
      .map(({ id }) => id);
    expect(seen).toEqual(expected);
    expect((await service.call('administrator', 'GET', '/v1/audit/entries')).status).toBe(403);
    expect((await service.call('auditor', 'GET', '/v1/audit/roots')).body).toEqual({
      items: [],
      next: null,
    });
  });
});

describe('what nothing is said of', () => {
  it('is not committed, whoever changes it', async () => {
    const change = database.dataSource.query(
      `update referral.referral set status = status where id = $1`,
      [referralId],
    );
    await expect(change).rejects.toThrow('the audit trail says nothing of it');
  });

  it('is in tables of which each is known to need no entry', async () => {
    const tables: { name: string; audited: boolean }[] = await database.dataSource.query(
      `select format('%s.%s', n.nspname, c.relname) as name,
              exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'is_audited') as audited
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind in ('r', 'p') and not c.relispartition
         and n.nspname in ('feed', 'intel', 'scoring', 'referral', 'identity', 'audit', 'log') order by 1`,
    );
    const unknown = tables.filter(({ name, audited }) => audited === name in NEEDS_NONE);
    expect(unknown).toEqual([]);
    expect(tables.filter(({ audited }) => audited).length).toBeGreaterThanOrEqual(9);
  });
});

/** Tables that change without an entry of the trail, and why they may. */
const DETECTION = 'what the software finds, by itself, from what was stored';
const OWN = 'the trail itself, which is never changed';
const FEED = 'what providers report: a row that is never changed says it all';
const REPORTED = [
  ...['event', 'identity', 'interbank_payment', 'feed_hour', 'quarter_total'],
  ...['sequence', 'total_progress', 'iso_payment', 'iso_report', 'transfer'],
  ...['transfer_key', 'mapping', 'file', 'file_piece', 'file_refusal', 'refused_row'],
];
const KEYS = 'changed at start-up and by npm run provider alone, which write it down';
const WAY_IN = 'on the way to a session, which is written down';
const NEEDS_NONE: Readonly<Record<string, string>> = {
  'audit.alarm': 'follows from the trail',
  ...{ 'audit.chain': OWN, 'audit.entry': OWN, 'audit.root': OWN },
  ...Object.fromEntries(REPORTED.map((table) => [`feed.${table}`, FEED])),
  'feed.screening': 'who looked before paying, written down by the function that answers',
  'feed.request_nonce': 'which signed requests were taken, so that none is taken twice',
  ...{ 'feed.provider': KEYS, 'feed.provider_code': KEYS, 'feed.provider_key': KEYS },
  'referral.staff': KEYS,
  ...{ 'identity.ended_token': WAY_IN, 'identity.sign_in': WAY_IN },
  'intel.control_entry': 'tells detection of a decision, which is written down itself',
  ...{ 'log.day': FEED, 'log.identity': FEED },
  ...{ 'referral.alert': DETECTION, 'referral.alert_storm': DETECTION },
  ...{ 'referral.case_file': DETECTION, 'referral.case_operation': DETECTION },
  ...{ 'referral.case_transfer': DETECTION, 'referral.inbox': DETECTION },
  ...{ 'referral.outbox': DETECTION, 'referral.shadow_alert': DETECTION },
  ...{ 'referral.wallet_position': DETECTION, 'scoring.alert': DETECTION },
  ...{ 'scoring.flush_point': DETECTION, 'scoring.outbox': DETECTION },
  ...{ 'scoring.progress': DETECTION, 'scoring.seat': DETECTION, 'scoring.snapshot': DETECTION },
};
