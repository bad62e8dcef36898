import { SECOND_MS } from '#domain';
import { REORDER_LIMITS } from '#flow';
import { DEFAULT_PACK, Detector, type RulePack } from '#typologies';
import { type FeedLog } from './feed-log';
import { allOf, handMadeKey, handMadeLog, pay } from './hand-made-log-spec';
import { replay } from './replay';
import { TransferScores, watchScores } from './transfer-scores';

/** Everything that shows two families is raised. */
const OPEN: RulePack = {
  ...DEFAULT_PACK,
  risk: { ...DEFAULT_PACK.risk, base: 5, raiseAt: 0, floor: 0, alertsPerThousandWalletsADay: 1e6 },
};

/** Enough to know what is usual. */
const USUAL = 600;
/** Four pairs that pay each other again and again, then money that is passed on three times. */
const ROWS = [
  ...Array.from({ length: USUAL }, (_, n) => pay(`s${n % 4}`, `r${n % 4}`, 50 + (n % 7), n)),
  ...['ab', 'bc', 'cd', 'de'].map((pair, n) => pay(pair[0]!, pair[1]!, 9_000 - n, USUAL + 60 + n)),
];

function alertsOf(log: FeedLog, detector = new Detector({ pack: OPEN })) {
  const told: { row: number; names: readonly number[] }[] = [];
  const speed = replay(
    log,
    null,
    detector,
    ({ positions }, row) => told.push({ row, names: positions.map((at) => log.rowOf(at)) }),
    () => undefined,
  );
  return { told, speed };
}

describe('replay', () => {
  it('dates an alert by the row that led to it, though rows wait to be put in order', () => {
    const { told } = alertsOf(handMadeLog(ROWS));
    expect(told.length).toBeGreaterThan(0);
    for (const { row, names } of told) expect(Math.max(...names)).toBe(row);
    // The feed's last row waits for no other.
    expect(told.at(-1)!.row).toBe(ROWS.length - 1);
  });

  it('dates it by the row that let it go on where the feed is not quiet', () => {
    const close = REORDER_LIMITS.reorderMs / SECOND_MS / 60 / 2;
    const after = [5, 6, 7, 8, 9].map((n) => pay(`s${n}`, `r${n}`, 50, 0));
    const rows = [...ROWS, ...after].map((row, n) => ({ ...row, minute: n * close }));
    const { told } = alertsOf(handMadeLog(rows));
    const dated = told.filter(({ row }) => row < rows.length - 1);
    expect(dated.length).toBeGreaterThan(0);
    for (const { row, names } of dated) expect(Math.max(...names)).toBeLessThan(row);
  });

  it('raises the same whether it is watched or not', () => {
    const log = handMadeLog(ROWS);
    const watch = watchScores(log, new TransferScores(log));
    expect(alertsOf(log, new Detector({ pack: OPEN, watch })).told).toEqual(alertsOf(log).told);
  });

  it('lets the watch score each transfer by itself and by what it could be an alert with', () => {
    const log = handMadeLog(ROWS);
    const scores = new TransferScores(log);
    alertsOf(log, new Detector({ watch: watchScores(log, scores) }));
    const key = handMadeKey({ chain1: [0, 1, 2, 3].map((n) => USUAL + n) });
    expect(allOf(key)).toEqual(new Set([0]));
    expect(scores.figures(key).averagePrecision).toBe(1);
  });

  it('measures what it took', () => {
    const { speed } = alertsOf(handMadeLog(ROWS));
    for (const figure of Object.values(speed)) expect(figure).toBeGreaterThan(0);
  });
});
