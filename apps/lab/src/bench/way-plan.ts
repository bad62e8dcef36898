import { PROVIDERS } from '../system/running-system';
import { type ServiceName, SERVICES } from '../system/service-environment.config';
import { type BenchPart } from './bench-row';

/** A row of the parts that measure running services. */
export interface WayRow {
  readonly name: string;
  readonly part: Extract<BenchPart, 'ingest' | 'whole-way'>;
  readonly services: readonly ServiceName[];
  /** Whether a commit waits for the disk, as in service. */
  readonly flushed: boolean;
  /** Offered; null for as much as is taken. */
  readonly transfersPerSecond: number | null;
  readonly rowsPerRequest: number;
  readonly seconds: number;
  /** How often alerts are looked for. */
  readonly alertsPollMs: number;
  /** Every transfer pays a wallet that an operation is known by, so that each becomes an alert. */
  readonly toKnownWallets: boolean;
}

const FULL = {
  services: SERVICES,
  rowsPerRequest: 1_000,
  transfersPerSecond: null,
  alertsPollMs: 500,
  toKnownWallets: false,
} as const;

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
    alertsPollMs: 10,
    seconds: 120,
  },
  {
    ...FULL,
    name: 'whole way: one at a time',
    part: 'whole-way',
    flushed: true,
    transfersPerSecond: 5,
    rowsPerRequest: 1,
    alertsPollMs: 2,
    toKnownWallets: true,
    seconds: 40,
  },
];

/** Who feeds the system, each in its order. */
export const providersOf = ({ rowsPerRequest }: WayRow): readonly string[] =>
  rowsPerRequest === 1 ? PROVIDERS.slice(0, 1) : PROVIDERS;
