import { DAY_MS, HOUR_MS, MINUTE_MS } from '#domain';

/** Everything that detection can be told, beside the log. Alerts name it by version and hash. */
export interface RulePack {
  readonly version: string;
  readonly risk: {
    /** Log-odds of an account of which nothing is known. */
    readonly base: number;
    /** 0-100: the bar until a first day has taught what is usual. */
    readonly raiseAt: number;
    /** 0-100: the bar is never set lower. */
    readonly floor: number;
    /** The alert budget: what an office can work. Confirmed indicators are outside it. */
    readonly alertsPerThousandWalletsADay: number;
    /** An alert names at least so many transfers; one payment is no layering. */
    readonly transfersMin: number;
    /** An alert names at most so many; what comes after starts another. */
    readonly transfersMax: number;
    /** Signals of one account add up while no older than this; an alert takes more in while no older. */
    readonly memoryMs: number;
  };
  readonly passThrough: {
    readonly windowMs: number;
    /** Of what came in, the share that has left again. */
    readonly passedShareMin: number;
    /** Passes per day that any wallet is allowed before one surprises. */
    readonly habitPriorPerDay: number;
    readonly weight: number;
    readonly natsMax: number;
  };
  readonly layeringChain: {
    /** Transfers in a row, the last one included. */
    readonly depthMin: number;
    /** What a hop keeps of the value. */
    readonly keptMin: number;
    readonly keptMax: number;
    readonly weightPerHop: number;
    readonly hopsMax: number;
    readonly weightDwell: number;
    readonly natsMax: number;
  };
  readonly fanIn: FanParameters;
  readonly fanOut: FanParameters;
  readonly cycle: {
    readonly walletsMin: number;
    readonly walletsMax: number;
    readonly keptMin: number;
    readonly windowMs: number;
    readonly logOdds: number;
  };
  readonly operationProximity: {
    /** Tainted money, for a share of 1; in proportion below. */
    readonly tainted: number;
    /** The account itself is an indicator. */
    readonly confirmed: number;
    /** Transfers of a known wallet that are kept as evidence. */
    readonly transfersMax: number;
  };
  readonly circumstances: {
    readonly newCounterparty: number;
    readonly amountWeight: number;
    readonly amountNatsMax: number;
  };
}

export interface FanParameters {
  readonly windowMs: number;
  /** Distinct counterparties it never dealt with before. */
  readonly counterpartiesMin: number;
  /** Payments per day that any wallet is allowed before more surprise. */
  readonly habitPriorPerDay: number;
  readonly weight: number;
  readonly natsMax: number;
}

/**
 * The pack that runs unless another is given. Thresholds come from the definitions in the field (a chain has three hops, a
 * cycle keeps four fifths), weights are set by eye so that no single family reaches the bar; none is fitted to a data set.
 */
export const DEFAULT_PACK: RulePack = {
  version: '2026.11-1',
  risk: {
    base: -5,
    raiseAt: 60,
    floor: 10,
    alertsPerThousandWalletsADay: 2,
    transfersMin: 2,
    transfersMax: 64,
    memoryMs: 3 * DAY_MS,
  },
  passThrough: {
    windowMs: DAY_MS,
    passedShareMin: 0.9,
    habitPriorPerDay: 0.02,
    weight: 0.6,
    natsMax: 4,
  },
  layeringChain: {
    depthMin: 3,
    keptMin: 0.8,
    keptMax: 1.05,
    weightPerHop: 0.8,
    hopsMax: 4,
    weightDwell: 0.6,
    natsMax: 4,
  },
  fanIn: {
    windowMs: DAY_MS,
    counterpartiesMin: 3,
    habitPriorPerDay: 1,
    weight: 0.5,
    natsMax: 6,
  },
  fanOut: {
    windowMs: DAY_MS,
    counterpartiesMin: 3,
    habitPriorPerDay: 1,
    weight: 0.5,
    natsMax: 6,
  },
  cycle: { walletsMin: 3, walletsMax: 8, keptMin: 0.8, windowMs: 72 * HOUR_MS, logOdds: 3 },
  operationProximity: { tainted: 3, confirmed: 6, transfersMax: 16 },
  circumstances: { newCounterparty: 0.8, amountWeight: 0.5, amountNatsMax: 5 },
};

/** Faster than this tells nothing more: feeds are not exact to the second. */
export const DWELL_FLOOR_MS = MINUTE_MS;
