import { Injectable } from '@nestjs/common';
import { IdentityVault, type Reporter, type SealedIdentity } from '#identity';
import { FeedTally } from './feed-health/feed-tally';
import { SequenceRepository } from './feed-health/sequence.repository';
import { IdentityMemory } from './identity-memory';
import { IngestionMetrics } from './ingestion-metrics';
import { jsonText, RefusedRow } from './refused-row';
import {
  RAW_BYTES_MAX,
  type Refusal,
  RefusedRowRepository,
} from './refusals/refused-row.repository';
import { type GoodRow, type RowKind, type RowOutcome, type RowPurpose } from './row-kind';
import { idIn } from './row-reading';

/** Takes one batch of a provider's feed: checks each row by itself, and stores the good ones together. */
@Injectable()
export class TakeRows {
  private readonly identities: IdentityMemory;

  constructor(
    vault: IdentityVault,
    private readonly metrics: IngestionMetrics,
    private readonly tally: FeedTally,
    private readonly sequences: SequenceRepository,
    private readonly refusals: RefusedRowRepository,
  ) {
    this.identities = new IdentityMemory(vault);
  }

  /**
   * Throws UNAVAILABLE's causes only, a database that does not answer; a bad row is an outcome.
   *
   * @param values at most a batch of whatever the provider sent as rows
   * @param purpose handed on to where they are stored
   * @returns what became of each, in their order, once it is committed
   */
  async run<Row extends GoodRow>(
    kind: RowKind<string, Row>,
    { provider, strict }: Reporter,
    values: readonly unknown[],
    purpose: RowPurpose = 'LIVE',
  ): Promise<readonly RowOutcome[]> {
    const observeSeconds = this.metrics.batchSeconds.startTimer();
    const identities = this.identities.forBatch(strict, (type) => {
      this.metrics.doubtedIdentifiers.inc({ type });
    });
    const outcomes: RowOutcome[] = [];
    const good: Row[] = [];
    const places: number[] = [];
    for (const [place, value] of values.entries()) {
      if (value instanceof RefusedRow) {
        outcomes[place] = { kind: 'rejected', id: value.id, ...value.fault };
        continue;
      }
      const reading = kind.read(value, provider, identities.makeSafe);
      if (reading.ok) {
        good.push(reading.row);
        places.push(place);
      } else {
        const id = kind.idIn?.(value) ?? idIn(value, kind.id);
        outcomes[place] = { kind: 'rejected', id, ...reading.problem };
      }
    }
    const stored = await kind.store(provider, good, purpose);
    const committed: SealedIdentity[] = [];
    const storedAtMs: number[] = [];
    const sequence: number[] = [];
    for (const [at, outcome] of stored.entries()) {
      const row = good[at]!;
      if (outcome.kind === 'accepted') {
        committed.push(...row.identities);
        // What is told afterwards is late on purpose.
        if (purpose === 'LIVE') storedAtMs.push(kind.atMs(row));
      }
      const number = outcome.kind === 'conflict' ? null : kind.sequenceOf?.(row);
      if (number != null) sequence.push(number);
      outcomes[places[at]!] =
        outcome.kind === 'conflict'
          ? { ...outcome, kind: 'rejected', id: kind.idOf(row), code: 'CONFLICT' }
          : outcome;
    }
    identities.remember(committed);
    await this.sequences.note(provider, sequence);
    const notKept = await this.refusals.keep(provider, refusalsOf(kind, values, outcomes));
    if (notKept > 0) this.metrics.refusedNotKept.inc(notKept);
    this.tally.add(provider, outcomes, storedAtMs);
    for (const { kind: outcome } of outcomes) this.metrics.rows[kind.list].inc({ outcome });
    observeSeconds();
    return outcomes;
  }
}

/** Neither these nor halves of surrogate pairs can stand in a text of the database. */
const CONTROL = /[\p{Cc}\p{Cs}]/u;

/** What was refused of a batch, as it came. */
const refusalsOf = <Row extends GoodRow>(
  kind: RowKind<string, Row>,
  values: readonly unknown[],
  outcomes: readonly RowOutcome[],
): Refusal[] =>
  outcomes.flatMap((outcome, at) => {
    if (outcome.kind !== 'rejected') return [];
    const { id, code, path, column = null, detail } = outcome;
    // What is no id can be told, and not stored.
    const rowId = id === null || CONTROL.test(id) ? null : id;
    const raw = textOf(kind, values[at]);
    return [{ list: kind.list, rowId, code, path, column, detail, raw }];
  });

function textOf<Row extends GoodRow>(kind: RowKind<string, Row>, value: unknown): string | null {
  const text = value instanceof RefusedRow ? value.raw : (kind.textOf?.(value) ?? jsonText(value));
  return text !== null && Buffer.byteLength(text) <= RAW_BYTES_MAX ? text : null;
}
