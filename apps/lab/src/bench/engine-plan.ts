import { DAY_MS } from '#domain';
import { type FeedName } from './feed-chunks';
import { POWER_LAW_FEED, type PowerLawParameters } from './power-law-feed';
import { type SubjectName, SUBJECTS } from './subject';

/** A row of the engine part: what runs over which feed. */
export interface PlannedRow {
  readonly name: string;
  readonly subject: SubjectName;
  readonly feed: FeedName;
  /** How long the engine remembers; null for what it is set to in service. */
  readonly memoryMs: number | null;
  /** Of the growth table: what grows in it, and how far. */
  readonly grows: { readonly what: string; readonly size: number } | null;
}

/** Smaller feeds for the growth table: what it shows is how a figure changes, and it has many rows. */
const GROWTH_FEED: PowerLawParameters = {
  ...POWER_LAW_FEED,
  wallets: 25_000,
  transfers: 500_000,
};
/** Room for the largest of the hubs below. */
const HUB_WALLETS = 200_000;
const WINDOW_DAYS = [1, 3, 14, 28] as const;
const HOPS = [2, 4, 8, 16] as const;
const COUNTERPARTIES = [100, 1_000, 10_000, 100_000] as const;
const WALLETS = [10_000, 100_000, 1_000_000] as const;
/** Enough that nearly every wallet has taken part at any of the sizes. */
const WALLETS_TRANSFERS = 2_000_000;
const HUB_SHARE = 0.2;
/** Passings-on for each payment between persons. */
const HOPS_PASSED_ON = 0.55;

/**
 * One transfer in five passes money on, whatever the number of hops: otherwise more hops would also mean more links, and it
 * would not be the hops that cost.
 */
const hopsFeed = (hops: number): PowerLawParameters => ({
  ...GROWTH_FEED,
  passOnShare: HOPS_PASSED_ON / hops,
  hopsMin: hops,
  hopsMax: hops,
});

interface Growth {
  readonly what: string;
  readonly size: number;
  readonly label: string;
  readonly parameters: PowerLawParameters;
  readonly memoryMs: number | null;
}

const GROWTHS: readonly Growth[] = [
  ...WINDOW_DAYS.map((days) => ({
    ...{ what: 'windowDays', size: days, label: `window ${days} d` },
    ...{ parameters: GROWTH_FEED, memoryMs: days * DAY_MS },
  })),
  ...HOPS.map((hops) => ({
    ...{ what: 'hops', size: hops, label: `${hops} hops` },
    ...{ parameters: hopsFeed(hops), memoryMs: null },
  })),
  ...COUNTERPARTIES.map((counterparties) => ({
    ...{ what: 'hubCounterparties', size: counterparties },
    label: `hub of ${counterparties.toLocaleString('en-US')}`,
    parameters: { ...GROWTH_FEED, wallets: HUB_WALLETS, hub: { counterparties, share: HUB_SHARE } },
    memoryMs: null,
  })),
  ...WALLETS.map((wallets) => ({
    ...{ what: 'wallets', size: wallets, label: `${wallets.toLocaleString('en-US')} wallets` },
    parameters: { ...GROWTH_FEED, wallets, transfers: WALLETS_TRANSFERS },
    memoryMs: null,
  })),
];

const titled: Readonly<Record<SubjectName, string>> = {
  engine: 'flow engine',
  detector: 'detector',
};

/**
 * Everything that the engine part measures, in its order.
 *
 * @param dataSet the folder of ibm-momtsim; null where it is not there, and then its rows are left out
 * @param transfersMax no row takes more; null for all
 */
export function engineRows(dataSet: string | null, transfersMax: number | null): PlannedRow[] {
  const most = transfersMax ?? Number.MAX_SAFE_INTEGER;
  const powerLaw = (parameters: PowerLawParameters): FeedName => ({
    kind: 'power-law',
    // The days shrink with it: fewer transfers, no quieter ones.
    parameters: {
      ...parameters,
      transfers: Math.min(parameters.transfers, most),
      days: parameters.days * Math.min(1, most / parameters.transfers),
    },
  });
  const row = (feedTitle: string, subject: SubjectName, feed: FeedName): PlannedRow => ({
    name: `${feedTitle}, ${titled[subject]}`,
    ...{ subject, feed, memoryMs: null, grows: null },
  });
  const recorded = dataSet === null ? null : ({ kind: 'data-set', folder: dataSet } as const);
  return [
    ...SUBJECTS.flatMap((subject) =>
      recorded === null ? [] : [row('ibm-momtsim', subject, { ...recorded, transfersMax: most })],
    ),
    ...SUBJECTS.map((subject) => row('power law', subject, powerLaw(POWER_LAW_FEED))),
    ...GROWTHS.flatMap(({ what, size, label, parameters, memoryMs }) =>
      SUBJECTS.map((subject) => ({
        ...row(`growth: ${label}`, subject, powerLaw(parameters)),
        memoryMs,
        grows: { what, size },
      })),
    ),
  ];
}
