import { type TypologyName } from '#contracts';
import { DAY_MS, HOUR_MS, LEGAL_VALUES, type LegalValue } from '#domain';
import { CIRCUMSTANCE_PARAMETERS } from './circumstances';
import {
  count,
  defaultsOf,
  logOdds,
  notBelow,
  type Parameter,
  type Parameters,
  span,
  type ValuesOf,
} from './parameter';
import { type ProximityValues } from './operation-proximity';
import { type Scorecard } from './scorecard';
import { TYPOLOGIES } from './typologies';

const risk = (says: string, value: number): Parameter => ({
  ...{ says, unit: 'risk', value, min: 0, max: 100 },
});

/** How signals become an alert. */
export const RISK_PARAMETERS = {
  base: { ...logOdds('of an account of which nothing is known', -8), min: -20, max: 20 },
  raiseAt: notBelow('floor', risk('the bar until a first day has taught what is usual', 90)),
  floor: risk('the bar is never set lower', 5),
  alertsPerThousandWalletsADay: {
    ...{ says: 'the alert budget: what an office can work; confirmed indicators are outside it' },
    ...{ unit: 'per day', value: 2, min: 0, max: 1_000_000 },
  },
  alertsPerHourMax: count(
    'alerts raised in an hour of the feed’s clock; what comes after is held back and told of as a storm; confirmed ' +
      'indicators are outside it',
    1_000,
    1,
    1_000_000,
  ),
  familyLogOddsMin: logOdds(
    'a family of signals is a witness from so much on; an alert wants two',
    1,
  ),
  transfersMin: count('an alert names at least so many; one payment is no layering', 2, 2, 64),
  transfersMax: notBelow(
    'transfersMin',
    count('an alert names at most so many; what comes after starts another', 64, 2, 64),
  ),
  memoryMs: span(
    'signals of one account add up while no older than this; an alert takes more in while no older',
    3 * DAY_MS,
    HOUR_MS,
    14 * DAY_MS,
  ),
} as const satisfies Record<string, Parameter>;

/** Of a pack: its sections of numbers by name, and what each number means. The typologies have one each. */
export const PACK_SECTIONS = {
  risk: RISK_PARAMETERS,
  circumstances: CIRCUMSTANCE_PARAMETERS,
} as const satisfies Record<string, Parameters>;

/** What each section is for. */
export const SECTION_PURPOSES: Readonly<Record<keyof typeof PACK_SECTIONS, string>> = {
  risk: 'how signals become an alert',
  circumstances: 'what adds weight to signals and never raises an alert by itself',
};

/** Everything that detection can be told, beside the log. Alerts name it by version and hash. */
export interface RulePack {
  readonly version: string;
  readonly risk: ValuesOf<typeof RISK_PARAMETERS>;
  readonly circumstances: ValuesOf<typeof CIRCUMSTANCE_PARAMETERS>;
  /** Of each, the values of its own parameters. */
  readonly typologies: Readonly<Record<TypologyName, Readonly<Record<string, number>>>> & {
    readonly OPERATION_PROXIMITY: ProximityValues;
  };
  /** What the law says, dated and with its source. No two rows of one parameter, currency and tier overlap. */
  readonly overlay: readonly LegalValue[];
  /** Learnt from dispositions; left out where nothing was. */
  readonly scorecard?: Scorecard | undefined;
}

/** Log-odds of an account of which nothing is known. */
export const baseOf = ({ risk, scorecard }: RulePack): number => scorecard?.base ?? risk.base;

/**
 * The pack that runs unless another is given. Thresholds come from the definitions in the field (a chain has three hops, a
 * cycle keeps four fifths), weights are set by eye so that no single family reaches the bar; none is fitted to a data set.
 */
export const DEFAULT_PACK: RulePack = {
  version: '2026.11-5',
  risk: defaultsOf(RISK_PARAMETERS),
  circumstances: defaultsOf(CIRCUMSTANCE_PARAMETERS),
  typologies: Object.fromEntries(
    TYPOLOGIES.map(({ name, parameters }) => [name, defaultsOf(parameters)]),
  ) as RulePack['typologies'],
  overlay: LEGAL_VALUES,
};
