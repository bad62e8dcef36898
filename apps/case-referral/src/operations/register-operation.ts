import { Injectable } from '@nestjs/common';
import { v7 as uuidV7 } from 'uuid';
import { audit } from '#audit';
import { AppError, type EventTimeMs, invariant, parseEventTime, type Problem } from '#domain';
import { IdentityVault, type Staff } from '#identity';
import { type Told } from '#platform';
import { aboutOneself } from '../audit/about-oneself';
import { auditActor } from '../audit/audit-actor';
import { RefreshCases } from '../cases/refresh-cases';
import { type RegisteredOperationAnswer } from './operation-answer';
import {
  type IndicatorInput,
  INDICATORS_PER_OPERATION_MAX,
  type OperationInput,
} from './operation-input';
import { OperationRepository, type StoredIndicator } from './operation.repository';
import { walletMatch } from './wallet-match';

/** Makes an operation known, or more indicators of one, and tells detection in the same transaction. */
@Injectable()
export class RegisterOperation {
  constructor(
    private readonly operations: OperationRepository,
    private readonly refreshCases: RefreshCases,
    private readonly vault: IdentityVault,
  ) {}

  /**
   * An operation that is known already gets the indicators it lacks; nothing else of it changes.
   *
   * @throws AppError INVALID_INPUT naming every indicator that is none, TOO_LARGE where the operation would hold too many
   */
  async run(
    input: OperationInput,
    actor: Staff,
  ): Promise<{ created: boolean; operation: Told<RegisteredOperationAnswer> }> {
    const indicators = this.readIndicators(input.indicators);
    const id = input.id ?? uuidV7();
    return this.operations.transaction(async (manager) => {
      const { name, kind, modus } = input;
      const created = await this.operations.createOrLock(
        manager,
        { id, name, kind, modus },
        actor.id,
      );
      const added = await this.operations.addIndicators(manager, id, indicators, actor.id);
      const operation = await this.operations.find(manager, id);
      invariant(operation !== null, 'what was stored is there');
      if (operation.indicatorCount > INDICATORS_PER_OPERATION_MAX) {
        throw new AppError(
          'TOO_LARGE',
          `an operation holds at most ${INDICATORS_PER_OPERATION_MAX} indicators`,
        );
      }
      if (added.length > 0) {
        await this.refreshCases.ofOperation(manager, id);
        await this.operations.tellDetection(manager, id, added);
      }
      if (created || added.length > 0) {
        await audit(manager, {
          ...{ act: 'register operations', outcome: 'done', actor: auditActor(actor) },
          object: { type: 'operation', id },
          before: created ? null : {},
          after: {
            ...(created ? { name, kind, modus } : {}),
            indicators: added.map(({ type, match, knownFromMs }) => ({ type, match, knownFromMs })),
          },
          details: aboutOneself(
            actor,
            added.map(({ match }) => match),
          ),
        });
      }
      return { created, operation: { ...operation, indicatorsAdded: added.length } };
    });
  }

  private readIndicators(inputs: readonly IndicatorInput[]): StoredIndicator[] {
    const problems: Problem[] = [];
    const indicators: StoredIndicator[] = [];
    inputs.forEach((input, index) => {
      const at = `/indicators/${index}`;
      const knownFromMs = attempt(problems, `${at}/knownFrom`, () =>
        parseEventTime(input.knownFrom),
      );
      const indicator = attempt(problems, `${at}/value`, () =>
        this.readIndicator(input, knownFromMs ?? 0),
      );
      if (indicator !== null) indicators.push(indicator);
    });
    if (problems.length > 0) {
      throw new AppError('INVALID_INPUT', 'the request is not what this route takes', problems);
    }
    return indicators;
  }

  private readIndicator(input: IndicatorInput, knownFromMs: EventTimeMs): StoredIndicator {
    const { type, value, provider } = input;
    if (type === 'wallet') {
      return {
        type,
        match: walletMatch(value, provider),
        sealed: null,
        keyVersion: null,
        knownFromMs,
      };
    }
    const { token, sealed, keyVersion } = this.vault.seal(type, value);
    return { type, match: token, sealed, keyVersion, knownFromMs };
  }
}

/** What is wrong with one indicator says nothing of the others: all problems are told at once. */
function attempt<T>(problems: Problem[], path: string, read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    problems.push({ code: error.code, path, detail: error.message });
    return null;
  }
}
