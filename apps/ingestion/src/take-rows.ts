import { Injectable } from '@nestjs/common';
import { IdentityVault } from '#identity';
import { type IdentifierType } from '#domain';
import { IngestionMetrics } from './ingestion-metrics';
import { UnreadableLine } from './row-batches';
import { type GoodRow, type RowKind, type RowOutcome } from './row-kind';
import { idIn } from './row-reading';
import { StoredIdentities } from './stored-identities';
import { type MakeSafe, type SafeIdentifier } from './tokens';

/** One identifier is worked on once a batch, however many of its rows name it. */
function safeOnce(vault: IdentityVault, stored: StoredIdentities): MakeSafe {
  const safe = new Map<string, SafeIdentifier>();
  return (type: IdentifierType, text: string) => {
    const key = `${type}\n${text}`;
    const known = safe.get(key);
    if (known !== undefined) return known;
    const token = vault.token(type, text);
    const identity = stored.has(token) ? null : vault.seal(type, text, token);
    const made = { token, identity };
    safe.set(key, made);
    return made;
  };
}

/** Takes one batch of a provider's feed: checks each row by itself, and stores the good ones together. */
@Injectable()
export class TakeRows {
  private readonly storedIdentities = new StoredIdentities();

  constructor(
    private readonly vault: IdentityVault,
    private readonly metrics: IngestionMetrics,
  ) {}

  /**
   * Throws UNAVAILABLE's causes only, a database that does not answer; a bad row is an outcome.
   *
   * @param values at most a batch of whatever the provider sent as rows
   * @returns what became of each, in their order, once it is committed
   */
  async run<Row extends GoodRow>(
    kind: RowKind<string, Row>,
    provider: string,
    values: readonly unknown[],
  ): Promise<readonly RowOutcome[]> {
    const observeSeconds = this.metrics.batchSeconds.startTimer();
    const makeSafe = safeOnce(this.vault, this.storedIdentities);
    const outcomes: RowOutcome[] = [];
    const good: Row[] = [];
    const places: number[] = [];
    for (const [place, value] of values.entries()) {
      const reading =
        value instanceof UnreadableLine ? unreadable(value) : kind.read(value, provider, makeSafe);
      if (reading.ok) {
        good.push(reading.row);
        places.push(place);
      } else {
        outcomes[place] = { kind: 'rejected', id: idIn(value, kind.id), ...reading.problem };
      }
    }
    const stored = await kind.store(provider, good);
    for (const [at, outcome] of stored.entries()) {
      const row = good[at]!;
      if (outcome.kind === 'accepted') this.storedIdentities.add(row.identities);
      outcomes[places[at]!] =
        outcome.kind === 'conflict'
          ? { ...outcome, kind: 'rejected', id: kind.idOf(row), code: 'CONFLICT' }
          : outcome;
    }
    for (const { kind: outcome } of outcomes) this.metrics.rows[kind.list].inc({ outcome });
    observeSeconds();
    return outcomes;
  }
}

const unreadable = ({ detail }: UnreadableLine) =>
  ({ ok: false, problem: { code: 'INVALID_INPUT', path: '', detail } }) as const;
