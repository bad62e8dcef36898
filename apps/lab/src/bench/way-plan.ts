import { PROVIDERS } from '../system/running-system';
import { type ServiceName, SERVICES } from '../system/service-environment.config';
import { type BenchPart } from './bench-row';
import { POWER_LAW_FEED } from './power-law-feed';

/** A row of the parts that measure running services. */
export interface WayRow {
  readonly name: string;
  readonly part: Extract<BenchPart, 'ingest' | 'whole-way' | 'growth' | 'soak'>;
  readonly services: readonly ServiceName[];
  /** Whether a commit waits for the disk, as in service. */
  readonly flushed: boolean;
  /** Offered; null for as much as is taken. */
  readonly transfersPerSecond: number | null;
  readonly rowsPerRequest: number;
  readonly seconds: number;
  /**
   * Transfers that pay a wallet which an operation is known by, or are paid by one, so that they become alerts, and how often
   * those are looked for. What a feed shows beside is often seen only some time after the last transfer that it rests on: it
   * cannot tell how long an alert takes, and where there is nothing else alerts are not looked for.
   */
  readonly throughKnownWallets: { readonly which: 'some' | 'all'; readonly pollMs: number } | null;
  /** Older transfers in the log, which detection has long been through. */
  readonly olderTransfers: number;
  /** That take part in the feed. */
  readonly wallets: number;
}

const FULL = {
  services: SERVICES,
  rowsPerRequest: 1_000,
  transfersPerSecond: null,
  throughKnownWallets: null,
  olderTransfers: 0,
  wallets: POWER_LAW_FEED.wallets,
} as const;

const MILLION = 1_000_000;
/** Of what the whole way took over five minutes on the machine of record (docs/performance.md), seven tenths. */
const SOAK_PER_SECOND = 11_600;
const HALF_AN_HOUR_S = 1_800;

export const WAY_ROWS: readonly WayRow[] = [
  {
    ...FULL,
    name: 'ingest: as fast as it is taken',
    part: 'ingest',
    services: ['ingestion'],
    flushed: true,
    seconds: 120,
  },
  {
    ...FULL,
    name: 'ingest: not flushed',
    part: 'ingest',
    services: ['ingestion'],
    flushed: false,
    seconds: 120,
  },
  {
    ...FULL,
    name: 'whole way: as fast as it is taken',
    part: 'whole-way',
    flushed: true,
    seconds: 300,
  },
  { ...FULL, name: 'whole way: not flushed', part: 'whole-way', flushed: false, seconds: 120 },
  {
    ...FULL,
    name: 'whole way: 5,000 transfers/s',
    part: 'whole-way',
    flushed: true,
    transfersPerSecond: 5_000,
    rowsPerRequest: 100,
    // Each look is a request: more of them would be a good part of the load.
    throughKnownWallets: { which: 'some', pollMs: 20 },
    seconds: 120,
  },
  {
    ...FULL,
    name: 'whole way: one at a time',
    part: 'whole-way',
    flushed: true,
    transfersPerSecond: 5,
    rowsPerRequest: 1,
    throughKnownWallets: { which: 'all', pollMs: 2 },
    seconds: 40,
  },
  ...[1, 10, 50].map((millions): WayRow => ({
    ...FULL,
    name: `growth: ${millions} million stored`,
    part: 'growth',
    flushed: true,
    olderTransfers: millions * MILLION,
    seconds: 120,
  })),
  {
    ...FULL,
    name: 'soak: half an hour',
    part: 'soak',
    flushed: true,
    transfersPerSecond: SOAK_PER_SECOND,
    seconds: HALF_AN_HOUR_S,
  },
];

/** Who feeds the system, each in its order. */
export const providersOf = ({ rowsPerRequest }: WayRow): readonly string[] =>
  rowsPerRequest === 1 ? PROVIDERS.slice(0, 1) : PROVIDERS;
