import { Injectable } from '@nestjs/common';
import { type BacktestLearning, type BacktestReport, type LogPosition } from '#contracts';
import { AppError, DAY_MS, type EventTimeMs, formatEventTime } from '#domain';
import {
  AccountDays,
  baseOf,
  type DetectionWatch,
  type Finding,
  fitScorecard,
  packHash,
  PackTrial,
  parseRulePack,
  reliabilityOf,
  type RulePack,
  type TrialAlert,
  withScorecard,
} from '#typologies';
import { backtestReport, type FeedStretch, type ShownAlert } from './backtest-report';
import { BacktestRepository, type StoredAlert, type TakenUp } from './backtest.repository';

/** Of the alerts that were disposed of, in the order in which they were raised, so many are learnt from; the rest is the test. */
const LEARNT_FROM_SHARE = 2 / 3;

/** Told how far a stage is, and its end; rejects where the backtest is to go no further. */
export type StageProgress = (stage: string, entries: number, isEnd?: boolean) => Promise<void>;

/** Runs the packs of a backtest over the log, one after the other, from its beginning. */
@Injectable()
export class TryPacks {
  constructor(private readonly backtests: BacktestRepository) {}

  /** @throws AppError PRECONDITION_FAILED where there is too little to learn from */
  async run(taken: TakenUp, told: StageProgress): Promise<BacktestReport> {
    const stored = await this.storedAlerts();
    const present = await this.backtests.pack(taken.present);
    const learnt = taken.learns ? await this.learn(taken, present, stored, told) : null;
    const candidate = learnt?.proposed ?? (await this.backtests.pack(taken.candidate!));
    const fromMs = learnt === null ? taken.fromMs : learnt.untilMs + 1;
    const isInside = boundsOf({ fromMs, untilMs: taken.untilMs });
    const stretch = new StretchTally(isInside);
    const old = await this.tryPack(taken, present, told, 'present pack', null, stretch);
    const days = learnt === null ? null : new AccountDays(findings(stored));
    const watch = days === null ? null : judgedBy(days, isInside);
    const young = await this.tryPack(taken, candidate, told, 'candidate', watch);
    const { gained, lost, ...report } = backtestReport({
      ...{ stretch: stretch.told, isInside, officers: taken.officers, disposed: stored },
      present: { version: taken.present, hash: packHash(present), alerts: old },
      candidate: { version: candidate.version, hash: packHash(candidate), alerts: young },
    });
    return {
      ...report,
      ...{ gained: await this.named(gained), lost: await this.named(lost) },
      learning:
        learnt === null || days === null
          ? null
          : { ...learnt.told, reliability: reliabilityOf(baseOf(candidate), days.examples) },
    };
  }

  private async storedAlerts(): Promise<StoredAlert[]> {
    const stored: StoredAlert[] = [];
    for await (const page of this.backtests.storedAlerts()) stored.push(...page);
    return stored;
  }

  private async tryPack(
    { head }: TakenUp,
    pack: RulePack,
    told: StageProgress,
    stage: string,
    watch: DetectionWatch | null,
    tally: StretchTally | null = null,
  ): Promise<readonly TrialAlert[]> {
    const trial = new PackTrial(pack, watch);
    let entries = 0;
    await told(stage, entries);
    for await (const page of this.backtests.log.pages(0, head)) {
      for (const entry of page) {
        trial.apply(entry);
        if (entry.kind === 'transfer') tally?.count(entry.transfer.occurredAtMs);
      }
      entries += page.length;
      await told(stage, entries);
    }
    await told(stage, entries, true);
    trial.end();
    return trial.alerts;
  }

  /** Learns from what was disposed of up to a moment, and proposes the pack that comes of it. */
  private async learn(
    taken: TakenUp,
    present: RulePack,
    stored: readonly StoredAlert[],
    told: StageProgress,
  ) {
    const isAsked = boundsOf(taken);
    const { untilMs, findingOf } = lesson(stored, isAsked);
    const days = new AccountDays(findingOf);
    const isBefore = (atMs: EventTimeMs): boolean => atMs <= untilMs && isAsked(atMs);
    const plain: RulePack = { ...present, scorecard: undefined };
    await this.tryPack(taken, plain, told, 'learning', judgedBy(days, isBefore));
    const { examples } = days;
    if (!examples.some(({ positive }) => positive)) {
      throw new AppError(
        'PRECONDITION_FAILED',
        'nothing that is judged now belongs to what was confirmed: there is nothing to learn from',
      );
    }
    const until = formatEventTime(untilMs);
    const { scorecard } = fitScorecard(examples, present.risk.base, {
      source: 'dispositions',
      until,
    });
    const proposed = parseRulePack(withScorecard(present, scorecard));
    await this.backtests.propose(taken, proposed, packHash(proposed));
    const { positives, negatives } = scorecard.learntFrom;
    const learning: Omit<BacktestLearning, 'reliability'> = { until, positives, negatives };
    return { proposed, untilMs, told: learning };
  }

  private async named(alerts: readonly ShownAlert[]) {
    const names = await this.backtests.namesOf(alerts.flatMap(({ positions }) => positions));
    return alerts.map(({ positions, ...alert }) => ({
      ...alert,
      transfers: positions.map((at) => names.get(at)!),
    }));
  }
}

const boundsOf =
  ({ fromMs, untilMs }: Pick<TakenUp, 'fromMs' | 'untilMs'>) =>
  (atMs: EventTimeMs): boolean =>
    (fromMs === null || atMs >= fromMs) && (untilMs === null || atMs < untilMs);

/** Hands on what is judged at times that count. */
function judgedBy(days: AccountDays, counts: (atMs: EventTimeMs) => boolean): DetectionWatch {
  let atMs: EventTimeMs = 0;
  return {
    candidate: () => undefined,
    carried: () => undefined,
    moved: (step) => {
      atMs = step.atMs;
    },
    scored: (position, _risk, anchor, terms) => {
      if (counts(atMs)) days.judged(position, atMs, anchor, terms);
    },
  };
}

/** Event time at which the last alert was raised that is learnt from. */
function learnUntil(stored: readonly StoredAlert[]): EventTimeMs {
  const times = stored
    .filter(({ outcome }) => outcome !== null)
    .map(({ firstAtMs }) => firstAtMs)
    .sort((a, b) => a - b);
  const last = times[Math.ceil(times.length * LEARNT_FROM_SHARE) - 1];
  if (last === undefined) {
    throw new AppError(
      'PRECONDITION_FAILED',
      'no alert of the time asked for was disposed of: there is nothing to learn from',
    );
  }
  return last;
}

/**
 * What is learnt from, of the alerts of the time asked for. What came to be known of later ones is no part of it, also where
 * they name earlier transfers.
 */
export function lesson(
  stored: readonly StoredAlert[],
  isAsked: (atMs: EventTimeMs) => boolean,
): { readonly untilMs: EventTimeMs; readonly findingOf: ReturnType<typeof findings> } {
  const untilMs = learnUntil(stored.filter(({ firstAtMs }) => isAsked(firstAtMs)));
  return {
    untilMs,
    findingOf: findings(stored.filter(({ firstAtMs }) => firstAtMs <= untilMs)),
  };
}

/** What became of transfers: by the alerts that name them. What no alert names nobody was troubled with. */
export function findings(stored: readonly StoredAlert[]): (position: LogPosition) => Finding {
  const known = new Map<LogPosition, Finding>();
  for (const { outcome, positions } of stored) {
    const finding = outcome === null ? 'UNKNOWN' : outcome === 'CONFIRMED' ? outcome : 'DISMISSED';
    for (const position of positions) {
      // Where one alert of it was confirmed the transfer is; where one is open still, it may come to be.
      const before = known.get(position);
      if (before === 'CONFIRMED' || (before === 'UNKNOWN' && finding === 'DISMISSED')) continue;
      known.set(position, finding);
    }
  }
  return (position) => known.get(position) ?? 'DISMISSED';
}

/** Counts the transfers of a stretch, and its days. */
class StretchTally {
  private transfers = 0;
  private firstMs: EventTimeMs | null = null;
  private lastMs: EventTimeMs | null = null;
  private readonly days = new Set<number>();

  constructor(private readonly isInside: (atMs: EventTimeMs) => boolean) {}

  count(atMs: EventTimeMs): void {
    if (!this.isInside(atMs)) return;
    this.transfers += 1;
    this.firstMs = Math.min(atMs, this.firstMs ?? atMs);
    this.lastMs = Math.max(atMs, this.lastMs ?? atMs);
    this.days.add(Math.floor(atMs / DAY_MS));
  }

  get told(): FeedStretch {
    const { transfers, firstMs, lastMs } = this;
    return { transfers, firstMs, lastMs, days: [...this.days].sort((a, b) => a - b) };
  }
}
