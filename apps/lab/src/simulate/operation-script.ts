import {
  invariant,
  MINUTE_MS,
  type IndicatorType,
  type Modus,
  type EventTimeMs,
  type OperationKind,
} from '#domain';
import { dayIndexOf, simulatedDay } from './calendar';
import { type Casting, type OperationCast } from './casting';
import { type Intent } from './intent';
import { type DailyLimits } from './ledger';
import { type BurstShape, type ExitKind, type Victim } from './parcel';
import { type Population, type SimulatedWallet } from './population';
import { RandomStream } from './random-stream';
import { type Range, rupees, SIMULATION, type SimulationSize } from './simulation-parameters';
import { tradecraftOf } from './tradecraft';
import { type VariantName } from './variants';

/** How one call centre works. */
interface OperationScript {
  /** What investigators call it, where they know of it. */
  readonly name: string;
  readonly modus: Modus;
  /** Its bursts take these shapes in turn. */
  readonly shapes: readonly BurstShape[];
  readonly exit: ExitKind;
  /** The first day it works, as a share of the feed. */
  readonly startsAtShare: number;
  readonly everyDays: number;
  /** Works late on the last evening too, so that its money is still in wallets when the feed ends. */
  readonly lastEvening: boolean;
  /** The burst by which it becomes known; null for an operation nobody knows of. */
  readonly knownInBurst: number | null;
}

const SCRIPTS: readonly OperationScript[] = [
  {
    name: 'Call centre, Block 9 (bank helpline impersonation)',
    modus: 'IMPERSONATION',
    shapes: ['layering_chain', 'gather_scatter'],
    exit: 'CASH',
    startsAtShare: 0,
    everyDays: 2,
    lastEvening: true,
    knownInBurst: 0,
  },
  {
    name: 'Call centre, parcel customs desk',
    modus: 'PHISHING',
    shapes: ['scatter_gather', 'fan_out'],
    exit: 'CRYPTO',
    startsAtShare: 0.1,
    everyDays: 2,
    lastEvening: false,
    knownInBurst: null,
  },
  {
    name: 'Call centre, forex scheme, Tower 2',
    modus: 'INVESTMENT',
    shapes: ['fan_in', 'fan_in', 'scatter_gather'],
    exit: 'ABROAD',
    startsAtShare: 0.1,
    everyDays: 2,
    lastEvening: false,
    knownInBurst: 1,
  },
  {
    name: 'Call centre, prize draw desk',
    modus: 'PHISHING',
    shapes: ['cycle', 'layering_chain'],
    exit: 'ABROAD',
    startsAtShare: 0,
    everyDays: 3,
    lastEvening: false,
    knownInBurst: null,
  },
  {
    name: 'Call centre, benefit card desk',
    modus: 'IMPERSONATION',
    shapes: ['gather_scatter', 'layering_chain'],
    exit: 'CASH',
    startsAtShare: 0.6,
    everyDays: 1,
    lastEvening: true,
    knownInBurst: null,
  },
];

export const OPERATION_COUNT = SCRIPTS.length;

/** A mark that investigators come to know during the feed. */
export interface SimulatedIndicator {
  readonly operationId: string;
  readonly type: IndicatorType;
  readonly value: string;
  readonly wallet: SimulatedWallet;
  readonly knownFromMs: EventTimeMs;
  readonly patternId: string;
}

export interface KnownOperation {
  readonly id: string;
  readonly name: string;
  readonly kind: OperationKind;
  readonly modus: Modus;
}

export interface OperationPlan {
  readonly steps: readonly Intent[];
  readonly known: readonly KnownOperation[];
  readonly indicators: readonly SimulatedIndicator[];
}

/** An operation becomes known when a quarter of the pattern's time has passed, as in the other labelled sets. */
const KNOWN_FROM_SHARE = 0.25;
/** A level 1 wallet's victim is asked for less than its day. */
const LEVEL_ONE_SHARE = 0.9;

interface Stage {
  readonly size: SimulationSize;
  readonly variant: VariantName;
  readonly population: Population;
  readonly casting: Casting;
  readonly limits: DailyLimits;
  /** Begins every id that must not meet those of another feed. */
  readonly feedTag: string;
}

/** Plans all that every operation will do, before ordinary life is laid around it. */
export function planOperations(stage: Stage): OperationPlan {
  const steps: Intent[] = [];
  const known: KnownOperation[] = [];
  const indicators: SimulatedIndicator[] = [];
  const marks = [...stage.casting.marks];
  SCRIPTS.forEach((script, n) => {
    const id = `OP-${stage.feedTag}-${n + 1}`;
    const planned = planBursts(script, stage, n, marks);
    steps.push(...planned.flatMap((burst) => burst.steps));
    const burst = script.knownInBurst === null ? undefined : planned[script.knownInBurst];
    if (!burst) return;
    known.push({ id, name: script.name, kind: 'CALL_CENTRE', modus: script.modus });
    const told = burst.steps.filter(({ atMs }) => dayIndexOf(atMs) < stage.size.days);
    const seen = { patternId: burst.patternId, steps: told };
    indicators.push(...indicatorsOf(id, seen, stage.casting.operations[n]!));
  });
  indicators.sort((a, b) => a.knownFromMs - b.knownFromMs);
  return { steps, known, indicators };
}

interface PlannedBurst {
  readonly patternId: string;
  readonly steps: readonly Intent[];
}

function planBursts(
  script: OperationScript,
  { size, variant, population, casting, limits }: Stage,
  n: number,
  marks: SimulatedWallet[],
): PlannedBurst[] {
  const random = new RandomStream(size.seed, `operation ${n}`);
  const cast = casting.operations[n]!;
  const tricks = new RandomStream(size.seed, `${variant}, operation ${n}`);
  const tradecraft = tradecraftOf(variant, { cast, population, random: tricks });
  const { burstHours, lastEveningHours } = SIMULATION.operation;
  const recruit = (): SimulatedWallet => {
    const mule = marks.shift();
    invariant(mule !== undefined, 'far more people live an ordinary life than work for operations');
    return Object.assign(mule, { tier: 'L2' as const });
  };
  const lastDay = size.days - 1;
  const firstDay = Math.floor(size.days * script.startsAtShare);
  const bursts: PlannedBurst[] = [];
  for (let day = firstDay; day < size.days; day += 1) {
    const late = day === lastDay && script.lastEvening;
    if (!late && (day - firstDay) % script.everyDays !== 0) continue;
    const shape = script.shapes[bursts.length % script.shapes.length]!;
    const patternId = `${n + 1}-${bursts.length + 1}`;
    const mark = { patternId, patternType: shape };
    const startMs = startOn(day, random, late ? lastEveningHours : burstHours);
    const victims =
      script.modus === 'INVESTMENT'
        ? investorsOf(cast, bursts.length, random)
        : victimsOf(marks, random);
    const { exit } = script;
    const burst = tradecraft({ cast, population, limits, random, mark, exit, recruit });
    bursts.push({ patternId, steps: burst.plan(shape, startMs, victims) });
  }
  return bursts;
}

/** The instant a burst begins on a day. */
const startOn = (dayIndex: number, random: RandomStream, hours: Range): EventTimeMs =>
  simulatedDay(dayIndex).startMs +
  Math.round(random.between(hours.low, hours.high) * 60 * MINUTE_MS);

/**
 * Those who have waited longest are rung up: nobody twice, unless the feed is so long that everybody has been. Amounts are
 * what is asked for: round, and within what the wallet may pay in a day.
 */
function victimsOf(marks: SimulatedWallet[], random: RandomStream): Victim[] {
  const { victims, victimMedianRupees, victimSigma, victimRupees } = SIMULATION.operation;
  const { dailyLimitRupees } = SIMULATION;
  const rungUp = marks.splice(0, random.whole(victims.low, victims.high));
  marks.push(...rungUp);
  return rungUp.map((wallet) => {
    const most = wallet.tier === 'L1' ? dailyLimitRupees.L1 * LEVEL_ONE_SHARE : victimRupees.high;
    const drawn = random.logNormal(victimMedianRupees, victimSigma);
    const asked = Math.round(Math.min(most, Math.max(victimRupees.low, drawn)) / 500) * 500;
    return { wallet, amountMinor: rupees(asked) };
  });
}

/** The same people again, each time for more: first a small stake, then the account that must be topped up. */
function investorsOf(cast: OperationCast, round: number, random: RandomStream): Victim[] {
  const { investorFirstRupees, investorGrowth, victimRupees } = SIMULATION.operation;
  return cast.investors.map((wallet) => {
    const first = random.between(investorFirstRupees.low, investorFirstRupees.high);
    const grown = first * random.between(investorGrowth.low, investorGrowth.high) ** round;
    const asked = Math.round(Math.min(victimRupees.high, grown) / 500) * 500;
    return { wallet, amountMinor: rupees(asked) };
  });
}

/** What the first complaints name: the number victims paid, a mule it went to, and another mule's telephone. */
function indicatorsOf(
  operationId: string,
  { patternId, steps }: PlannedBurst,
  cast: OperationCast,
): SimulatedIndicator[] {
  const laundering = steps.filter((step) => step.planned?.mark);
  const firstMs = laundering[0]!.atMs;
  const lastMs = laundering[laundering.length - 1]!.atMs;
  const knownFromMs = Math.floor(firstMs + (lastMs - firstMs) * KNOWN_FROM_SHARE);
  const receivedBy = (wallets: readonly SimulatedWallet[]): SimulatedWallet[] => {
    const receipts = new Map<SimulatedWallet, number>();
    for (const { creditor } of laundering) {
      if (wallets.includes(creditor)) receipts.set(creditor, (receipts.get(creditor) ?? 0) + 1);
    }
    return [...receipts].sort((a, b) => b[1] - a[1]).map(([wallet]) => wallet);
  };
  const [collector] = receivedBy([...cast.collectors, cast.front]);
  const [mule, otherMule] = receivedBy(cast.layers.flat());
  const wallets = [collector, mule].filter((wallet) => wallet !== undefined);
  const phone = otherMule ?? collector;
  return [
    ...wallets.map((wallet) => ({ type: 'wallet' as const, value: wallet.id, wallet })),
    ...(phone?.msisdn ? [{ type: 'msisdn' as const, value: phone.msisdn, wallet: phone }] : []),
  ].map((indicator) => ({ operationId, ...indicator, knownFromMs, patternId }));
}
