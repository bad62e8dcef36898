import { Injectable } from '@nestjs/common';
import { IdentityVault } from '#identity';
import { type IdentifierType } from '#domain';
import { IngestionMetrics } from './ingestion-metrics';
import { type MakeSafe, type SafeIdentifier } from './particulars';
import { type CheckedRow, readRow, transferIdOf } from './read-row';
import { UnreadableLine } from './row-batches';
import { StoredIdentities } from './stored-identities';
import { TransferRepository } from './transfer.repository';
import { type RowOutcome } from './transfer-tally';

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
export class TakeTransfers {
  private readonly storedIdentities = new StoredIdentities();

  constructor(
    private readonly vault: IdentityVault,
    private readonly transfers: TransferRepository,
    private readonly metrics: IngestionMetrics,
  ) {}

  /**
   * Throws UNAVAILABLE's causes only, a database that does not answer; a bad row is an outcome.
   *
   * @param values at most a batch of whatever the provider sent as rows
   * @returns what became of each, in their order, once it is committed
   */
  async run(provider: string, values: readonly unknown[]): Promise<readonly RowOutcome[]> {
    const observeSeconds = this.metrics.batchSeconds.startTimer();
    const makeSafe = safeOnce(this.vault, this.storedIdentities);
    const outcomes: RowOutcome[] = [];
    const good: CheckedRow[] = [];
    const places: number[] = [];
    for (const [place, value] of values.entries()) {
      const reading =
        value instanceof UnreadableLine ? unreadable(value) : readRow(value, provider, makeSafe);
      if (reading.ok) {
        good.push(reading.row);
        places.push(place);
      } else {
        outcomes[place] = {
          kind: 'rejected',
          transferId: transferIdOf(value),
          ...reading.problem,
        };
      }
    }
    const judgements = await this.transfers.store(provider, good);
    for (const [at, judgement] of judgements.entries()) {
      if (judgement.kind === 'accepted') this.storedIdentities.add(good[at]!.identities);
      outcomes[places[at]!] =
        judgement.kind === 'conflict'
          ? {
              kind: 'rejected',
              transferId: good[at]!.report.transferId,
              code: 'CONFLICT',
              path: judgement.path,
              detail: judgement.detail,
            }
          : { kind: judgement.kind };
    }
    for (const { kind } of outcomes) this.metrics.transfers.inc({ outcome: kind });
    observeSeconds();
    return outcomes;
  }
}

const unreadable = ({ detail }: UnreadableLine) =>
  ({ ok: false, problem: { code: 'INVALID_INPUT', path: '', detail } }) as const;
