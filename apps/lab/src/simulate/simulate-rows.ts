import { type TransferRow } from '#contracts';
import { parseAmount, parseEventTime, type Party, type Transfer } from '#domain';
import { RowColumns } from '../feed/row-columns';
import { FEED_COLUMNS, feedCells } from './feed-columns';
import { type PatternMark } from './intent';
import { type SimulatedIndicator } from './operation-script';
import { Simulation, type SimulatedTransfer } from './simulation';
import { type SimulationSize } from './simulation-parameters';
import { type VariantName } from './variants';

/** A simulated feed in memory. Maps are by transfer id. */
export interface SimulatedRows {
  /** The feed as a provider would post it, in order of time. */
  readonly rows: readonly TransferRow[];
  readonly labels: ReadonlyMap<string, PatternMark>;
  readonly lookalikes: ReadonlyMap<string, PatternMark>;
  readonly indicators: readonly SimulatedIndicator[];
}

/** Small enough for a test: less than a second. Four days hold the first bursts of all five operations. */
const SMALL: SimulationSize = { seed: 1, days: 4, wallets: 1_000 };

/**
 * A small feed for tests, without a folder. The same arguments give the same rows.
 *
 * @param wallets at least 1,000: fewer do not hold the operations' victims and mules
 */
export function simulateRows({
  variant = 'plain',
  ...size
}: Partial<SimulationSize> & { readonly variant?: VariantName } = {}): SimulatedRows {
  const simulation = new Simulation({ ...SMALL, ...size }, variant);
  const transfers = [...simulation.days()].flat();
  const columns = new RowColumns(FEED_COLUMNS);
  const marks = (of: (transfer: SimulatedTransfer) => PatternMark | null) =>
    new Map(
      transfers.flatMap((transfer): [string, PatternMark][] => {
        const mark = of(transfer);
        return mark === null ? [] : [[transfer.transferId, mark]];
      }),
    );
  return {
    rows: transfers.map((transfer) => columns.body(feedCells(transfer)) as unknown as TransferRow),
    labels: marks(({ laundering }) => laundering),
    lookalikes: marks(({ lookalike }) => lookalike),
    indicators: simulation.indicators,
  };
}

/** A simulated row as the engine is told of it. It names no reversals: the simulation has none. */
export function transferOfRow(row: TransferRow, provider = 'demo'): Transfer {
  const { transferId, type, currency, debtor, creditor } = row;
  const party = ({ walletId, kind, openedAt }: TransferRow['debtor']): Party => ({
    provider,
    walletId,
    kind: kind ?? null,
    openedAtMs: openedAt == null ? null : parseEventTime(openedAt),
  });
  return {
    provider,
    transferId,
    occurredAtMs: parseEventTime(row.occurredAt),
    type,
    status: row.status ?? 'SETTLED',
    amountMinor: parseAmount(row.amount, currency),
    currency,
    debtor: party(debtor),
    creditor: party(creditor),
  };
}
