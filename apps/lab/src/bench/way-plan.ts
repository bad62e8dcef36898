import { type BenchPart } from './bench-row';
import { PROVIDERS } from '../system/running-system';
import { type ServiceName, SERVICES } from '../system/service-environment.config';

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
  readonly providers: readonly string[];
  /** How often alerts are looked for. */
  readonly alertsPollMs: number;
  readonly seconds: number;
}

const FULL = {
  rowsPerRequest: 1_000,
  providers: PROVIDERS,
  transfersPerSecond: null,
  alertsPollMs: 500,
} as const;

export const WAY_ROWS: readonly WayRow[] = [
  {
    ...FULL,
    name: 'ingest: as fast as it is taken',
    part: 'ingest',
    services: ['ingestion'],
    flushed: true,
    seconds: 60,
  },
  {
    ...FULL,
    name: 'ingest: as fast as it is taken, not flushed',
    part: 'ingest',
    services: ['ingestion'],
    flushed: false,
    seconds: 60,
  },
  {
    ...FULL,
    name: 'whole way: as fast as it is taken',
    part: 'whole-way',
    services: SERVICES,
    flushed: true,
    seconds: 300,
  },
  {
    ...FULL,
    name: 'whole way: as fast as it is taken, not flushed',
    part: 'whole-way',
    services: SERVICES,
    flushed: false,
    seconds: 60,
  },
  {
    name: 'whole way: 5,000 transfers/s',
    part: 'whole-way',
    services: SERVICES,
    flushed: true,
    transfersPerSecond: 5_000,
    rowsPerRequest: 100,
    providers: PROVIDERS,
    alertsPollMs: 10,
    seconds: 120,
  },
];
