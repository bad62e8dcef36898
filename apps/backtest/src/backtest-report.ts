import {
  type BacktestedPack,
  type BacktestReport,
  type DispositionOutcome,
  type LogPosition,
} from '#contracts';
import { DAY_MS, type EventTimeMs, formatEventTime } from '#domain';
import {
  compareAlerts,
  type Interval,
  meanInterval,
  pairedInterval,
  shareInterval,
  type TrialAlert,
} from '#typologies';
import { type StoredAlert } from './backtest.repository';
import { gatherCases } from './gather-cases';

/** Days that the report tells one by one, the last of them. */
const DAYS_TOLD_MAX = 1_000;
/** Alerts of each pack that it shows. */
const ALERTS_SHOWN_MAX = 100;

/** What was seen of the feed in the stretch that counts. */
export interface FeedStretch {
  readonly transfers: number;
  readonly firstMs: EventTimeMs | null;
  readonly lastMs: EventTimeMs | null;
  /** Days since 1970, UTC, on which there was a transfer, ascending. */
  readonly days: readonly number[];
}

/** A pack, and what it would have raised over the whole log. */
export interface TriedPack {
  readonly version: string;
  readonly hash: string;
  readonly alerts: readonly TrialAlert[];
}

export interface BacktestMaterial {
  readonly stretch: FeedStretch;
  readonly isInside: (atMs: EventTimeMs) => boolean;
  readonly officers: number;
  /** Of the whole log. */
  readonly disposed: readonly StoredAlert[];
  readonly present: TriedPack;
  readonly candidate: TriedPack;
}

/** An alert that is shown, with its transfers by position still. */
export type ShownAlert = Pick<TrialAlert, 'risk' | 'typologies' | 'positions'> & {
  readonly firstAt: string;
};

export type UnnamedReport = Omit<BacktestReport, 'gained' | 'lost' | 'learning'> & {
  readonly gained: readonly ShownAlert[];
  readonly lost: readonly ShownAlert[];
};

const positionsOf = ({ positions }: { readonly positions: readonly LogPosition[] }) => positions;
const dayOf = (atMs: EventTimeMs): number => Math.floor(atMs / DAY_MS);
const dayName = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** Sets what a pack would have raised over a stretch of the feed against what the present one would have. */
export function backtestReport(material: BacktestMaterial): UnnamedReport {
  const { stretch, isInside, officers, present, candidate } = material;
  const disposed = material.disposed.filter(({ firstAtMs }) => isInside(firstAtMs));
  const of = (outcome: DispositionOutcome): StoredAlert[] =>
    disposed.filter((alert) => alert.outcome === outcome);
  const [confirmed, refuted] = [of('CONFIRMED'), of('REFUTED')];
  const inside = ({ alerts }: TriedPack): ComparedTrial[] =>
    alerts
      .filter(({ firstAtMs }) => isInside(firstAtMs))
      .map((alert) => ({ ...alert, firstAt: formatEventTime(alert.firstAtMs) }));
  const [old, young] = [inside(present), inside(candidate)];
  const comparison = compareAlerts(old, young, positionsOf);
  const perDay = [countByDay(stretch.days, old), countByDay(stretch.days, young)] as const;
  const reached = [present, candidate].map((pack) => {
    const named = new Set(pack.alerts.flatMap(positionsOf));
    return (alert: StoredAlert): boolean => alert.positions.some((at) => named.has(at));
  });
  const [byOld, byYoung] = [reached[0]!, reached[1]!];
  const figures = (
    { version, hash }: TriedPack,
    alerts: readonly ComparedTrial[],
    counts: readonly number[],
    isReached: (alert: StoredAlert) => boolean,
  ): BacktestedPack => ({
    ...{ version, hash, alerts: alerts.length, cases: gatherCases(alerts).length },
    alertsPerOfficerAndDay: scaled(meanInterval(counts), officers),
    confirmedReached: shareInterval(confirmed.filter(isReached).length, confirmed.length),
    refutedReached: shareInterval(refuted.filter(isReached).length, refuted.length),
    confirmedShare: confirmedShare(alerts, confirmed, refuted),
  });
  const gained = confirmed.filter((alert) => byYoung(alert) && !byOld(alert)).length;
  const lost = confirmed.filter((alert) => byOld(alert) && !byYoung(alert)).length;
  const differences = perDay[1].map((count, day) => count - perDay[0][day]!);
  return {
    from: stretch.firstMs === null ? null : formatEventTime(stretch.firstMs),
    until: stretch.lastMs === null ? null : formatEventTime(stretch.lastMs),
    ...{ transfers: stretch.transfers, days: stretch.days.length, officers },
    ...{ confirmed: confirmed.length, refuted: refuted.length },
    present: figures(present, old, perDay[0], byOld),
    candidate: figures(candidate, young, perDay[1], byYoung),
    difference: {
      alertsPerOfficerAndDay: scaled(meanInterval(differences), officers),
      confirmedReached: pairedInterval(gained, lost, confirmed.length),
    },
    casesGained: casesWithout(young, old),
    casesLost: casesWithout(old, young),
    ...{ confirmedGained: gained, confirmedLost: lost },
    gained: riskiest(comparison.shadowOnly),
    lost: riskiest(comparison.activeOnly),
    perDay: stretch.days
      .map((day, i) => ({ day: dayName(day), present: perDay[0][i]!, candidate: perDay[1][i]! }))
      .slice(-DAYS_TOLD_MAX),
  };
}

interface ComparedTrial extends TrialAlert {
  readonly firstAt: string;
}

function countByDay(days: readonly number[], alerts: readonly TrialAlert[]): number[] {
  const counts = new Map(days.map((day) => [day, 0]));
  for (const { firstAtMs } of alerts) {
    const day = dayOf(firstAtMs);
    counts.set(day, (counts.get(day) ?? 0) + 1);
  }
  return days.map((day) => counts.get(day)!);
}

const scaled = (interval: Interval | null, by: number): Interval | null =>
  interval === null
    ? null
    : { value: interval.value / by, low: interval.low / by, high: interval.high / by };

/** Of the alerts of which something was found, those that share a transfer with what was confirmed. */
function confirmedShare(
  alerts: readonly TrialAlert[],
  confirmed: readonly StoredAlert[],
  refuted: readonly StoredAlert[],
): Interval | null {
  const [right, wrong] = [confirmed, refuted].map((of) => new Set(of.flatMap(positionsOf)));
  const shares = (alert: TrialAlert, with_: ReadonlySet<number>): boolean =>
    alert.positions.some((at) => with_.has(at));
  const known = alerts.filter((alert) => shares(alert, right!) || shares(alert, wrong!));
  return shareInterval(known.filter((alert) => shares(alert, right!)).length, known.length);
}

/** Cases none of whose transfers any alert of the other pack names. */
function casesWithout(alerts: readonly TrialAlert[], others: readonly TrialAlert[]): number {
  const named = new Set(others.flatMap(positionsOf));
  return gatherCases(alerts).filter((positions) => !positions.some((at) => named.has(at))).length;
}

const riskiest = (alerts: readonly ComparedTrial[]): ShownAlert[] =>
  [...alerts]
    .sort((a, b) => b.risk - a.risk || (a.id < b.id ? -1 : 1))
    .slice(0, ALERTS_SHOWN_MAX)
    .map(({ risk, typologies, positions, firstAt }) => ({ risk, typologies, positions, firstAt }));
