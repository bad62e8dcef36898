import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ROWS_MAX } from '#contracts';
import { invariant } from '#domain';
import { detectionLagMs } from '#messaging';
import { type PreparedStatement, runPrepared } from '#persistence';
import { paymentKey } from './both-legs/payment-legs';
import { type CheckedRow } from './read-transfer';
import { type RowPurpose, type StoreOutcome } from './row-kind';
import { StoreTogether, type NewBatch } from './store-together';
import {
  identityColumns,
  INPUT,
  KEEP_IDENTITIES,
  TRANSFER_COLUMNS,
  TRANSFER_VALUES,
  transferColumns,
} from './transfer-columns';
import { judgeReversal } from './transfer-report';
import { ACCEPTED, loadHistories, originalsOf, storeInTurn } from './transfer-turn.repository';
import { IN_TURN_MAX, Turns } from './turns';

// One statement for what is stored together, and its text never changes: 1,000 rows use 24 parameters, not 19,000. It commits by itself, so
// nobody waits for this process while it has the turn. The turn is taken by the insert into transfer_key, before it
// draws its first row; only then are positions handed out, and only then is asked whether any row was stored before. If
// one was, nothing is stored: such a batch is looked at row by row (STORE_IN_TURN), so that the order of its rows stays
// the order of the log.
const STORE_NEW: PreparedStatement = {
  name: 'store-new-transfers',
  text: `
  with told as materialized (${INPUT}),
  handed_out as materialized (select feed.hand_out($1::text[], $2::text[], $23::uuid[]) as before),
  transfer_key as (
    insert into feed.transfer_key (provider_id, transfer_id, positions)
    select provider_id, transfer_id, array[before + place] from handed_out cross join told where before is not null
    returning positions[1] as position
  ),
  -- Reading transfer_key puts this after the turn was taken: two batches that name the same identities in another order
  -- would otherwise wait for one another.
  identity as materialized (
    select ${KEEP_IDENTITIES} as kept from (select count(*) as rows from transfer_key) as stored where rows > 0
  ),
  transfer as (
    insert into feed.transfer (${TRANSFER_COLUMNS}, history)
    select ${TRANSFER_VALUES}, null, $24::boolean
    from (select *, (select min(position) - 1 from transfer_key) + place as position from told) as placed
    where exists (select from transfer_key)
  ),
  -- What the other provider of a payment may tell of, too.
  payment as (
    insert into feed.interbank_payment (key, provider_id, transfer_id)
    select key, provider_id, transfer_id from told join unnest($23::uuid[]) with ordinality as leg (key, place) using (place)
    where key is not null and exists (select from transfer_key)
  )
  select count(*) as stored, (select kept from identity) from transfer_key`,
};

/** Keeps the feed: each transfer once, each later status of it once, in the order told. */
@Injectable()
export class TransferRepository {
  private readonly together = {
    LIVE: new StoreTogether((batches) => this.storeNew(batches, 'LIVE'), ROWS_MAX),
    BACKFILL: new StoreTogether((batches) => this.storeNew(batches, 'BACKFILL'), ROWS_MAX),
  } as const satisfies Record<RowPurpose, StoreTogether>;
  private readonly inTurn = new Turns(IN_TURN_MAX);

  constructor(private readonly dataSource: DataSource) {}

  /**
   * Stores a batch, as if its rows had come one after the other. It is committed when this returns.
   *
   * @param purpose whether they are news, or teach what is usual
   * @returns what became of each row, in their order
   */
  async store(
    provider: string,
    rows: readonly CheckedRow[],
    purpose: RowPurpose = 'LIVE',
  ): Promise<readonly StoreOutcome[]> {
    if (rows.length === 0) return [];
    const places = new Map(rows.map(({ report }, place) => [report.transferId, place]));
    if (
      places.size === rows.length &&
      (await this.reversalsFit(provider, rows, places)) &&
      (await this.together[purpose].store({ provider, rows }))
    ) {
      return rows.map(() => ACCEPTED);
    }
    // A statement that waited for the turn must see what was committed meanwhile: not so under a stricter isolation.
    return this.inTurn.run(provider, () =>
      this.dataSource.transaction('READ COMMITTED', (manager) =>
        storeInTurn(manager, provider, rows, purpose),
      ),
    );
  }

  /** For how long the oldest transfer that is not scored has been stored; 0 where all are. */
  detectionLagMs(): Promise<number> {
    return detectionLagMs(this.dataSource);
  }

  /**
   * Whether all rows may be stored without another look at what they reverse, if none was stored before. Asked before the
   * turn, so that others need not wait for the answer: what was found of an original stays so. An original that is not
   * found may still be stored until the turn comes, so that is asked again then.
   *
   * @param places of the batch's transfers in it
   */
  private async reversalsFit(
    provider: string,
    rows: readonly CheckedRow[],
    places: ReadonlyMap<string, number>,
  ): Promise<boolean> {
    const originalIds = originalsOf(rows);
    if (originalIds.length === 0) return true;
    const histories = await loadHistories(this.dataSource.manager, provider, originalIds);
    return rows.every(({ report }, place) => {
      if (report.type !== 'REVERSAL' || report.originalTransferId === null) return true;
      const beside = places.get(report.originalTransferId);
      // Told of after its reversal, it is not what the reversal points to.
      if (beside !== undefined && beside > place) return true;
      const original =
        beside === undefined ? histories.get(report.originalTransferId)?.[0] : rows[beside]!.report;
      return original !== undefined && judgeReversal(original, report).kind === 'accepted';
    });
  }

  /** @returns false where any row was stored before, and then nothing is stored now */
  private async storeNew(batches: readonly NewBatch[], purpose: RowPurpose): Promise<boolean> {
    const rows = batches.flatMap((batch) => batch.rows);
    const keys = batches.flatMap((batch) =>
      batch.rows.map(({ report }) => paymentKey(batch.provider, report)),
    );
    const [result] = await runPrepared<{ stored: number }>(this.dataSource.manager, STORE_NEW, [
      ...transferColumns(batches),
      ...identityColumns(rows),
      keys.every((key) => key === null) ? [] : keys,
      purpose === 'BACKFILL',
    ]);
    const stored = result?.stored;
    invariant(stored === 0 || stored === rows.length, 'new rows are stored whole');
    return stored > 0;
  }
}
