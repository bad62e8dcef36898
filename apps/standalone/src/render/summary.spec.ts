import { paintFor } from './paint';
import { type Summary, summaryLines } from './summary';

const money = {
  currency: 'PKR',
  tracedMinor: 400_000_000,
  movedMinor: 300_000_000,
  exitedMinor: 100_000_000,
  heldMinor: 200_000_050,
};
const summary: Summary = {
  done: {
    type: 'done',
    accepted: 45_627,
    duplicates: 3,
    rejected: 2,
    seconds: 22.8,
    transfersPerSecond: 2_003,
  },
  overview: {
    alerts: 19,
    alertsByTypology: { FAN_IN: 10, PASS_THROUGH: 20, CYCLE: 0 },
    cases: 11,
    casesWithOperation: 2,
    money: [money],
    eventsBehind: 0,
    casesBehind: 0,
  },
  complete: true,
  topCase: {
    id: '463ce37c-f5cd-50f8-a2fc-95e4a6dfc25e',
    operationIds: ['OP-1'],
    counts: { alerts: 8 },
    risk: 99.6,
    narrative: `PKR 670,640.00 from 42 wallets was traced; ${'and so on '.repeat(20).trim()}.`,
    money,
  },
  addresses: {
    ingestion: 'http://127.0.0.1:3001',
    scoring: 'http://127.0.0.1:3002',
    caseReferral: 'http://127.0.0.1:3003',
  },
  keysFile: '/srv/layer watch/keys.json',
  peopleFile: '/srv/layer watch/people.json',
  logs: '/srv/layer watch/logs',
  seed: 7,
  rate: 2_000,
};
const text = (changes: Partial<Summary> = {}): string =>
  summaryLines({ ...summary, ...changes }, paintFor(false)).join('\n');

describe('the summary', () => {
  it('says that the feed is self-made, and what came of its transfers', () => {
    expect(text()).toContain('self-made by apps/lab, seed 7');
    expect(text()).toContain('45,627 accepted, 3 duplicate, 2 rejected');
    expect(text()).toContain('2,003 transfers/s over 22.8 s (paced at 2,000/s)');
    expect(text({ rate: 0 })).not.toContain('paced');
  });

  it('draws alerts by typology, most first, none that never came', () => {
    const rows = text().match(/^ {2}[A-Z_]+ +█.*$/gm);
    expect(rows).toEqual([
      `  PASS_THROUGH         ${'█'.repeat(30)} 20`,
      `  FAN_IN               ${'█'.repeat(15)}${' '.repeat(15)} 10`,
    ]);
  });

  it('draws what is gone and what is still held on the scale of what was traced', () => {
    const row = (label: string): string => new RegExp(`^ {2}${label} .*$`, 'm').exec(text())![0];
    expect(row('traced')).toBe(`  traced               ${'█'.repeat(30)} PKR 4,000,000.00`);
    expect(row('gone out')).toMatch(/ █{7}▌ +PKR 1,000,000\.00$/);
    expect(row('moved out of sight')).toMatch(/ █{7}▌? +PKR 999,999\.50$/);
    expect(row('STILL IN WALLETS')).toMatch(/ █{15} +PKR 2,000,000\.50$/);
  });

  it('survives a feed in which nothing was found', () => {
    const overview = {
      ...summary.overview,
      ...{ alerts: 0, alertsByTypology: {}, cases: 0, casesWithOperation: 0 },
      money: [{ ...money, tracedMinor: 0, exitedMinor: 0, heldMinor: 0 }],
    };
    const nothing = text({ overview, topCase: null });
    expect(nothing).toContain('Alerts        0');
    expect(nothing).not.toContain('Top case');
    expect(nothing).not.toContain('NaN');
    expect(nothing).not.toContain('curl');
  });

  it('says so where the figures are not the last', () => {
    expect(text({ complete: false })).toContain('not through with them yet');
    expect(text()).not.toContain('not through');
  });

  it('gives a command to paste that finds the key by itself, whatever the path', () => {
    const command = `KEY=$(node -p 'require(process.argv[1]).staff.analyst' '/srv/layer watch/keys.json')`;
    expect(text()).toContain(command);
    expect(text()).toContain('http://127.0.0.1:3003/v1/cases/463ce37c-f5cd-50f8-a2fc-95e4a6dfc25e');
    expect(text({ keysFile: "/it's/keys.json" })).toContain(`'/it'\\''s/keys.json'`);
  });

  it('keeps to 80 columns but for what is there to be pasted', () => {
    const wide = text()
      .split('\n')
      .filter((line) => line.length > 80);
    expect(wide).toHaveLength(1);
    expect(wide[0]).toContain('KEY=$(');
  });
});
