import { type AuditEntry } from '#audit';
import { alertOver, paid } from '../../test/evidence';
import { createTestDatabase, type TestDatabase } from '#testing';
import { alertId, because, Offices } from '../../test/offices';
import { settled, tellAlert } from '../../test/running-case-referral';

let database: TestDatabase;
let offices: Offices;
const as: Offices['as'] = (...args) => offices.as(...args);
const aCase: Offices['aCase'] = (name) => offices.aCase(name);

beforeEach(async () => {
  database = await createTestDatabase();
  offices = await Offices.open(database);
});

afterEach(async () => {
  await offices.close();
  await database.drop();
});

/** What somebody sees of a case, anywhere. */
async function seen(who: string, caseId: string, name = 'a'): Promise<Record<string, unknown>> {
  const items = async (path: string): Promise<{ id: string }[]> =>
    (await as<{ items: { id: string }[] }>(who, 'GET', path)).body.items;
  const overview = await as(who, 'GET', '/v1/overview');
  const { alerts, cases, money } = overview.body as {
    alerts: number;
    cases: number;
    money: unknown[];
  };
  return {
    listed: (await items('/v1/cases')).some(({ id }) => id === caseId),
    alertListed: (await items('/v1/alerts')).some(({ id }) => id === alertId(name)),
    counted: alerts > 0 || cases > 0 || money.length > 0,
    read: (await as(who, 'GET', `/v1/cases/${caseId}`)).status,
    alertRead: (await as(who, 'GET', `/v1/alerts/${alertId(name)}`)).status,
  };
}

const ALL = { listed: true, alertListed: true, counted: true, read: 200, alertRead: 200 };
const NOTHING = { listed: false, alertListed: false, counted: false, read: 404, alertRead: 404 };
/** Of a sealed case, without a word why. */
const ONLY_THAT_IT_IS = {
  listed: false,
  alertListed: false,
  counted: true,
  read: 412,
  alertRead: 412,
};

const entries = async (act: string): Promise<AuditEntry[]> => {
  const rows: { body: string }[] = await database.dataSource.query(
    `select body from audit.entry where body::jsonb ->> 'act' = $1 order by at`,
    [act],
  );
  return rows.map(({ body }) => JSON.parse(body) as AuditEntry);
};

describe('a case', () => {
  it('is there for its office and the directors, and for nobody else', async () => {
    const id = await aCase();
    for (const who of ['nadia', 'noor', 'nasir', 'dua']) {
      expect([who, await seen(who, id)]).toEqual([who, ALL]);
    }
    for (const who of ['sana', 'salim']) {
      expect([who, await seen(who, id)]).toEqual([who, NOTHING]);
    }
    // Nor can they do anything with it, or learn that it is there.
    const nothing = await as('sana', 'GET', `/v1/cases/${alertId('nobody')}`);
    const hidden = await as('sana', 'GET', `/v1/cases/${id}`);
    const but = { correlationId: '' };
    expect({ ...hidden.body, ...but }).toEqual({ ...nothing.body, ...but });
    const attempts: [string, string, unknown][] = [
      ['sana', `/v1/cases/${id}/referrals`, undefined],
      ['sana', `/v1/alerts/${alertId('a')}/dispositions`, { outcome: 'REFUTED', ...because }],
      ['salim', `/v1/cases/${id}/seals`, { sealed: true, ...because }],
      ['salim', `/v1/cases/${id}/handovers`, { unit: 'south', ...because }],
      ['salim', `/v1/cases/${id}/memberships`, { staffId: 'salim', member: true, ...because }],
      [
        'sana',
        `/v1/cases/${id}/reveals`,
        { provider: 'p', walletId: 'w', purpose: 'INVESTIGATION', ...because },
      ],
    ];
    for (const [who, path, body] of attempts) {
      expect([path, (await as(who, 'POST', path, body)).status]).toEqual([path, 404]);
    }
  });

  it('is there for whoever was added, until they are taken out', async () => {
    const id = await aCase();
    const set = (member: boolean) =>
      as('noor', 'POST', `/v1/cases/${id}/memberships`, { staffId: 'sana', member, ...because });
    expect((await set(true)).body).toMatchObject({ units: ['north'], members: ['sana'] });
    expect(await seen('sana', id)).toEqual(ALL);
    expect((await set(true)).status).toBe(200);
    expect((await set(false)).body).toMatchObject({ members: [] });
    expect(await seen('sana', id)).toEqual(NOTHING);
    // Deciding what is so already is written down once.
    expect(await entries('decide who reads cases')).toMatchObject([
      { before: { members: [] }, after: { members: ['sana'] }, reason: 'a test' },
      { before: { members: ['sana'] }, after: { members: [] } },
    ]);
  });

  it('goes to another office, and is gone from this one', async () => {
    const id = await aCase();
    const handed = await as('noor', 'POST', `/v1/cases/${id}/handovers`, {
      unit: 'south',
      ...because,
    });
    expect(handed.body).toMatchObject({ units: ['south'] });
    expect(await seen('sana', id)).toEqual(ALL);
    expect(await seen('nadia', id)).toEqual(NOTHING);
    expect((await as('noor', 'GET', `/v1/cases/${id}/access`)).status).toBe(404);
    expect((await as('salim', 'GET', `/v1/cases/${id}/access`)).status).toBe(200);
  });

  it('is nobody’s to hand on who only reads', async () => {
    const id = await aCase();
    for (const path of ['seals', 'handovers', 'memberships']) {
      expect((await as('nadia', 'POST', `/v1/cases/${id}/${path}`, {})).status).toBe(403);
    }
  });
});

describe('a sealed case', () => {
  it('is there for its members alone, who say why they open it', async () => {
    const id = await aCase();
    const referral = await as('nadia', 'POST', `/v1/cases/${id}/referrals`);
    const sealed = await as('noor', 'POST', `/v1/cases/${id}/seals`, { sealed: true, ...because });
    expect(sealed.body).toMatchObject({ sealed: true, members: ['noor'] });
    for (const who of ['nadia', 'nasir', 'sana', 'dua']) {
      expect([who, await seen(who, id)]).toEqual([who, NOTHING]);
    }
    const path = `/v1/referrals/${String(referral.body.id)}`;
    expect((await as('nadia', 'GET', path)).status).toBe(404);
    expect((await as('nasir', 'POST', `${path}/approvals`)).status).toBe(404);
    expect(await seen('noor', id)).toEqual(ONLY_THAT_IT_IS);
    for (const [list, one] of [
      ['/v1/cases', id],
      ['/v1/alerts', alertId('a')],
    ] as const) {
      const { body } = await as<{ items: { id: string }[] }>(
        'noor',
        'GET',
        list,
        undefined,
        'REVIEW',
      );
      expect(body.items.map((item) => item.id)).toEqual([one]);
    }
    const finding = { outcome: 'REFUTED', ...because };
    const found = `/v1/alerts/${alertId('a')}/dispositions`;
    expect((await as('noor', 'POST', found, finding)).status).toBe(412);
    expect((await as('noor', 'POST', found, finding, 'REVIEW')).status).toBe(201);
    for (const what of [`/v1/cases/${id}`, `/v1/alerts/${alertId('a')}`, path]) {
      expect([what, (await as('noor', 'GET', what)).status]).toEqual([what, 412]);
      expect((await as('noor', 'GET', what, undefined, 'CURIOSITY')).status).toBe(400);
      const opened = await as('noor', 'GET', what, undefined, 'INVESTIGATION');
      expect([what, opened.status]).toEqual([what, 200]);
    }
    // Nor does its dossier come out by proposing or approving it.
    await as('noor', 'POST', `/v1/cases/${id}/memberships`, {
      ...{ staffId: 'nasir', member: true },
      ...because,
    });
    for (const [who, asked] of [
      ['noor', `/v1/cases/${id}/referrals`],
      ['nasir', `${path}/approvals`],
    ] as const) {
      const silent = await as(who, 'POST', asked);
      expect([asked, silent.status, silent.body.dossier]).toEqual([asked, 412, undefined]);
      const open = await as(who, 'POST', asked, undefined, 'INVESTIGATION');
      expect([asked, open.status < 300, typeof open.body.dossier]).toEqual([asked, true, 'object']);
    }
    // What is shown again is written down again.
    await as('nasir', 'POST', `${path}/approvals`, undefined, 'REVIEW');
    const approvals = (await entries('approve referrals')).filter(
      ({ outcome }) => outcome === 'done',
    );
    expect(approvals.map(({ details }) => details)).toEqual([
      { purpose: 'INVESTIGATION' },
      { purpose: 'REVIEW' },
    ]);
    const looks = (await entries('read cases')).filter(({ object }) => object?.id === id);
    expect(
      looks
        .filter(({ actor }) => actor.id === 'noor')
        .map(({ outcome, details }) => [outcome, details]),
    ).toEqual([
      ['refused', { because: 'PRECONDITION_FAILED' }],
      ['refused', { because: 'PRECONDITION_FAILED' }],
      // Curiosity is no purpose.
      ['refused', { because: 'INVALID_INPUT' }],
      ['done', { purpose: 'INVESTIGATION' }],
    ]);
    await as('noor', 'POST', `/v1/cases/${id}/seals`, { sealed: false, ...because });
    expect(await seen('nadia', id)).toEqual(ALL);
  });

  it('takes in no member of an open one that it turns out to be one with, and no broken glass', async () => {
    const [a, b] = [await aCase('a'), await aCase('b')];
    const added = { staffId: 'sana', member: true, ...because };
    await as('noor', 'POST', `/v1/cases/${a}/memberships`, added);
    await as('salim', 'POST', `/v1/cases/${a}/break-glass`, { purpose: 'REVIEW', ...because });
    for (const who of ['sana', 'salim']) expect((await seen(who, a)).read).toBe(200);
    await as('noor', 'POST', `/v1/cases/${b}/seals`, { sealed: true, ...because });
    const both = ['a', 'b'].map((name) =>
      paid(`${name}1`, `${name}2`, 100_00, 1, { id: `t-${name}` }),
    );
    await tellAlert(database.dataSource, alertOver(alertId('c'), both), both);
    await settled(database.dataSource);
    for (const who of ['sana', 'salim', 'nadia']) {
      expect([who, await seen(who, a)]).toEqual([who, NOTHING]);
    }
    expect((await as('noor', 'GET', `/v1/cases/${b}/access`)).body).toMatchObject({
      members: ['noor'],
    });
  });

  it('stays sealed when it turns out to be one with an open one, and its members stay', async () => {
    const [a, b] = [await aCase('a'), await aCase('b')];
    await as('noor', 'POST', `/v1/cases/${b}/seals`, { sealed: true, ...because });
    await as('noor', 'POST', `/v1/cases/${a}/handovers`, { unit: 'south', ...because });
    expect((await seen('sana', a, 'a')).read).toBe(200);
    const both = ['a', 'b'].map((name) =>
      paid(`${name}1`, `${name}2`, 100_00, 1, { id: `t-${name}` }),
    );
    await tellAlert(database.dataSource, alertOver(alertId('c'), both), both);
    await settled(database.dataSource);
    for (const who of ['sana', 'nadia', 'dua']) {
      expect([who, await seen(who, a, 'a')]).toEqual([who, NOTHING]);
      expect([who, await seen(who, b, 'b')]).toEqual([who, NOTHING]);
    }
    const opened = await as('noor', 'GET', `/v1/cases/${b}`, undefined, 'INVESTIGATION');
    expect(opened.body).toMatchObject({ sealed: true, counts: { alerts: 3 } });
    const access = await as<{ units: string[]; members: string[] }>(
      'noor',
      'GET',
      `/v1/cases/${a}/access`,
    );
    expect(access.body).toMatchObject({ units: ['north', 'south'], members: ['noor'] });
    expect(await entries('merge cases')).toMatchObject([
      { actor: { id: 'layerwatch' }, details: { sealed: true } },
    ]);
  });
});

describe('breaking the glass', () => {
  const glass = (who: string, id: string, purpose = 'INVESTIGATION') =>
    as<{ id: string; caseId: string; expiresAt: string; beganAt: string }>(
      who,
      'POST',
      `/v1/cases/${id}/break-glass`,
      { purpose, ...because },
    );

  it('opens a case for an hour, also a sealed one', async () => {
    const id = await aCase();
    await as('noor', 'POST', `/v1/cases/${id}/seals`, { sealed: true, ...because });
    const broken = await glass('sana', id);
    expect(broken.status).toBe(201);
    const { beganAt, expiresAt } = broken.body;
    expect(Date.parse(expiresAt) - Date.parse(beganAt)).toBe(3_600_000);
    expect(await seen('sana', id)).toEqual(ONLY_THAT_IT_IS);
    expect((await as('sana', 'GET', `/v1/cases/${id}`, undefined, 'INVESTIGATION')).status).toBe(
      200,
    );
    expect(await seen('nadia', id)).toEqual(NOTHING);
    expect(await entries('break the glass')).toMatchObject([
      {
        actor: { id: 'sana' },
        object: { id },
        reason: 'a test',
        details: { purpose: 'INVESTIGATION' },
      },
    ]);
    // An hour later.
    await database.dataSource.query(
      `with said as (insert into audit.entry (chain, body) values (0, '{"act":"x"}'))
       update referral.break_glass set expires_at = now()`,
    );
    expect(await seen('sana', id)).toEqual(NOTHING);
  });

  it('shows it, and lets nobody decide about it', async () => {
    const id = await aCase();
    await as('noor', 'POST', `/v1/cases/${id}/seals`, { sealed: true, ...because });
    expect((await glass('salim', id)).status).toBe(201);
    for (const [path, body] of [
      ['memberships', { staffId: 'salim', member: true }],
      ['memberships', { staffId: 'noor', member: false }],
      ['seals', { sealed: false }],
      ['handovers', { unit: 'south' }],
    ] as const) {
      const answer = await as('salim', 'POST', `/v1/cases/${id}/${path}`, { ...body, ...because });
      expect([path, answer.status]).toEqual([path, 404]);
    }
    expect((await as('salim', 'GET', `/v1/cases/${id}/access`)).status).toBe(404);
    expect((await as('noor', 'GET', `/v1/cases/${id}/access`)).body).toMatchObject({
      ...{ sealed: true, members: ['noor'], units: ['north'] },
    });
    // Nor does who reads it alone leave it to nobody.
    const leave = { staffId: 'noor', member: false, ...because };
    expect((await as('noor', 'POST', `/v1/cases/${id}/memberships`, leave)).status).toBe(409);
  });

  it('is over once it was found unjustified, and is not to be had again', async () => {
    const id = await aCase();
    const { body } = await glass('sana', id);
    expect(await seen('sana', id)).toEqual(ALL);
    const review = { outcome: 'UNJUSTIFIED', ...because };
    expect((await as('nasir', 'POST', `/v1/break-glass/${body.id}/reviews`, review)).status).toBe(
      200,
    );
    expect(await seen('sana', id)).toEqual(NOTHING);
    expect((await glass('sana', id)).status).toBe(403);
    expect((await glass('salim', id)).status).toBe(201);
  });

  it('says why, and opens nothing that is not there', async () => {
    const id = await aCase();
    for (const body of [
      {},
      because,
      { purpose: 'X', ...because },
      { purpose: 'REVIEW', reason: ' ' },
    ]) {
      expect((await as('sana', 'POST', `/v1/cases/${id}/break-glass`, body)).status).toBe(400);
    }
    expect((await glass('sana', alertId('nobody'))).status).toBe(404);
    expect((await as('adeel', 'POST', `/v1/cases/${id}/break-glass`, {})).status).toBe(403);
  });

  it('lies on the desk of who reviews, until another than who did it has said what it was', async () => {
    const id = await aCase();
    const mine = await glass('nasir', id);
    const { body } = await glass('sana', id);
    const desk = async (limit = 50): Promise<string[]> => {
      const ids: string[] = [];
      for (let after = ''; ;) {
        const page = await as<{ items: { id: string }[]; next: string | null }>(
          'nasir',
          'GET',
          `/v1/break-glass?limit=${String(limit)}${after}`,
        );
        ids.push(...page.body.items.map((item) => item.id));
        if (page.body.next === null) return ids;
        after = `&after=${page.body.next}`;
      }
    };
    expect(await desk(1)).toEqual([mine.body.id, body.id]);
    const review = (who: string, which: string, outcome: string) =>
      as(who, 'POST', `/v1/break-glass/${which}/reviews`, { outcome, ...because });
    expect((await review('nadia', body.id, 'JUSTIFIED')).status).toBe(403);
    expect((await review('nasir', mine.body.id, 'JUSTIFIED')).status).toBe(403);
    const forced = database.dataSource.query(
      `with said as (insert into audit.entry (chain, body) values (0, '{"act":"x"}'))
       update referral.break_glass
       set outcome = 'JUSTIFIED', review = 'x', reviewed_by = staff_id, reviewed_at = now() where id = $1`,
      [mine.body.id],
    );
    await expect(forced).rejects.toThrow('break_glass_four_eyes');
    expect((await review('nasir', body.id, 'UNJUSTIFIED')).body).toMatchObject({
      ...{ outcome: 'UNJUSTIFIED', review: 'a test', reviewedBy: 'nasir', staffId: 'sana' },
    });
    expect((await review('nasir', body.id, 'UNJUSTIFIED')).status).toBe(200);
    expect((await review('dua', body.id, 'JUSTIFIED')).status).toBe(409);
    expect(await desk()).toEqual([mine.body.id]);
    expect((await review('dua', mine.body.id, 'JUSTIFIED')).status).toBe(200);
    expect((await review('dua', alertId('nobody'), 'JUSTIFIED')).status).toBe(404);
    const reviewed = (await entries('review broken glass')).filter(
      ({ after }) => after !== undefined,
    );
    expect(reviewed.map(({ actor }) => actor.id)).toEqual(['nasir', 'dua']);
  });
});

describe('what is compared and learnt from', () => {
  it('counts what is kept from a reader, and tells nothing else of it', async () => {
    const id = await aCase();
    const hidden = [{ provider: 'demo', transferId: 't-a' }];
    const report = {
      ...{ gained: [{ risk: 1, typologies: [], firstAt: '', transfers: hidden }], lost: [] },
      casesGained: 1,
    };
    const rows: { id: string }[] = await database.dataSource.query(
      `with said as (insert into audit.entry (chain, body) values (0, '{"act":"x"}'))
       insert into intel.backtest (id, present, candidate, learns, officers, status, requested_by, report)
       select $1, version, version, false, 1, 'DONE', 'nadia', $2::jsonb from intel.rule_pack returning id`,
      [alertId('backtest'), JSON.stringify(report)],
    );
    const gained = async (who: string): Promise<unknown> => {
      const { body } = await as<{ report: { gained: unknown[]; casesGained: number } }>(
        who,
        'GET',
        `/v1/backtests/${rows[0]!.id}`,
      );
      return [body.report.gained.length, body.report.casesGained];
    };
    expect(await seen('nadia', id)).toEqual(ALL);
    expect(await gained('nadia')).toEqual([1, 1]);
    expect(await gained('sana')).toEqual([0, 1]);
    expect(await gained('adeel')).toEqual([0, 1]);
  });
});
