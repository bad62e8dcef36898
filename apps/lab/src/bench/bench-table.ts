import { grouped } from '../feed/progress-line';
import { type BenchRow } from './bench-row';

const HEADS = [
  'row',
  'transfers',
  'per second',
  'CPU µs',
  'server µs',
  'p50 µs',
  'p99 µs',
  'p99.9 µs',
  'p50 ms',
  'p99 ms',
  'alert p50 ms',
  'alert p99 ms',
  'allocated B',
  'heap B',
  'RSS B',
  'RSS B/wallet',
  'peak MiB',
] as const;

/** Nothing where a figure does not apply. */
function figure(value: number | string | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'string') return value;
  if (Math.abs(value) >= 1_000) return grouped(value);
  return String(Number(value.toPrecision(3)));
}

const cellsOf = (row: BenchRow): string[] => [
  row.name,
  ...[
    row.transfers,
    row.transfersPerSecond,
    row.cpuMicrosPerTransfer,
    row.serverCpuMicrosPerTransfer,
    row.p50Micros,
    row.p99Micros,
    row.p999Micros,
    // Of what takes microseconds it is told in those.
    row.p50Micros === undefined ? row.p50Ms : null,
    row.p50Micros === undefined ? row.p99Ms : null,
    row.alertP50Ms,
    row.alertP99Ms,
    row.allocatedBytesPerTransfer,
    row.heapBytesPerTransfer,
    row.bytesPerTransfer,
    row.bytesPerWallet,
    row.rssMiB,
  ].map(figure),
];

/** The rows for a person to read; figures are per transfer, unless their heads say otherwise. */
export function benchTable(rows: readonly BenchRow[]): string {
  const lines = [[...HEADS], ...rows.map(cellsOf)];
  const widths = HEADS.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
        )
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}
