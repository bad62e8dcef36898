import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import {
  type EventTimeMs,
  formatEventTime,
  type IndicatorType,
  type Modus,
  type OperationKind,
  walletKey,
  walletOfKey,
  type WalletRef,
} from '#domain';
import { TransferLog } from '#messaging';
import { type Told } from '#platform';
import { type LinkedOperation } from '../cases/case-material';
import { type OperationAnswer } from './operation-answer';

export type Operation = Told<OperationAnswer>;

/** An indicator as it is stored: what it matches by and, unless it is a wallet, its value sealed. */
export interface StoredIndicator {
  readonly type: IndicatorType;
  readonly match: string;
  readonly sealed: Buffer | null;
  readonly keyVersion: number | null;
  readonly knownFromMs: EventTimeMs;
}

export interface NewOperation {
  readonly id: string;
  readonly name: string;
  readonly kind: OperationKind;
  readonly modus: Modus;
}

interface OperationRow extends NewOperation {
  indicator_count: number;
  listed_at: number;
  created_by: string;
  created_at: Date;
}

const toAnswer = (row: OperationRow): Operation => ({
  id: row.id,
  name: row.name,
  kind: row.kind,
  modus: row.modus,
  indicatorCount: row.indicator_count,
  createdBy: row.created_by,
  createdAt: row.created_at.toISOString(),
});

const OPERATION = `
  select o.id, o.name, o.kind, o.modus, o.listed_at, o.created_by, o.created_at,
         (select count(*) from intel.indicator i where i.operation_id = o.id) as indicator_count
  from intel.operation o`;

/** Known operations and their indicators. */
@Injectable()
export class OperationRepository {
  private readonly log: TransferLog;

  constructor(private readonly dataSource: DataSource) {
    this.log = new TransferLog(dataSource);
  }

  async transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(work);
  }

  /**
   * Stores the operation where it is new, and keeps it locked to the end of the transaction: whoever adds indicators to it
   * at the same time waits, so that the two count them one after the other.
   *
   * @returns whether it was new
   */
  async createOrLock(
    manager: EntityManager,
    operation: NewOperation,
    actor: string,
  ): Promise<boolean> {
    const created: unknown[] = await manager.query(
      `insert into intel.operation (id, name, kind, modus, created_by) values ($1, $2, $3, $4, $5)
       on conflict (id) do nothing returning id`,
      [operation.id, operation.name, operation.kind, operation.modus, actor],
    );
    await manager.query('select from intel.operation where id = $1 for update', [operation.id]);
    return created.length === 1;
  }

  /** @returns those that were not there yet */
  async addIndicators(
    manager: EntityManager,
    operationId: string,
    indicators: readonly StoredIndicator[],
    actor: string,
  ): Promise<StoredIndicator[]> {
    const rows: { type: IndicatorType; match: string }[] = await manager.query(
      `insert into intel.indicator (operation_id, type, match, sealed, key_version, known_from, created_by)
       select $1, type, match, sealed, key_version, known_from, $7
       from unnest($2::text[], $3::text[], $4::bytea[], $5::integer[], $6::timestamptz[])
         as told(type, match, sealed, key_version, known_from)
       on conflict do nothing returning type, match`,
      [
        operationId,
        indicators.map(({ type }) => type),
        indicators.map(({ match }) => match),
        indicators.map(({ sealed }) => sealed),
        indicators.map(({ keyVersion }) => keyVersion),
        indicators.map(({ knownFromMs }) => formatEventTime(knownFromMs)),
        actor,
      ],
    );
    const added = new Set(rows.map(({ type, match }) => `${type} ${match}`));
    // Told twice in one request, an indicator is stored, and passed on, once.
    return indicators.filter(({ type, match }) => added.delete(`${type} ${match}`));
  }

  /** Tells detection, in the same transaction. */
  async tellDetection(
    manager: EntityManager,
    operationId: string,
    indicators: readonly StoredIndicator[],
  ): Promise<void> {
    await this.log.appendControl(manager, 'indicators.registered.v1', {
      indicators: indicators.map(({ type, match, knownFromMs }) => ({
        operationId,
        type,
        match,
        knownFromMs,
      })),
    });
  }

  async find(manager: EntityManager | null, id: string): Promise<Operation | null> {
    const rows: OperationRow[] = await (manager ?? this.dataSource).query(
      `${OPERATION} where o.id = $1`,
      [id],
    );
    return rows[0] ? toAnswer(rows[0]) : null;
  }

  /** Those that are known by a wallet or an identifier, up to `rowsMax`, the first registered first. */
  async knownBy(match: string, rowsMax: number): Promise<Operation[]> {
    const rows: OperationRow[] = await this.dataSource.query(
      `${OPERATION} where exists (select from intel.indicator i where i.operation_id = o.id and i.match = $1)
       order by o.listed_at limit $2`,
      [match, rowsMax],
    );
    return rows.map(toAnswer);
  }

  /** By the place in the list; up to `rowsMax`, after the place given. */
  async list(after: number, rowsMax: number): Promise<{ place: number; operation: Operation }[]> {
    const rows: OperationRow[] = await this.dataSource.query(
      `${OPERATION} where o.listed_at > $1 order by o.listed_at limit $2`,
      [after, rowsMax],
    );
    return rows.map((row) => ({ place: row.listed_at, operation: toAnswer(row) }));
  }

  /** All indicators of an operation, in a stable order. */
  async indicators(operationId: string): Promise<StoredIndicator[]> {
    const rows: {
      type: IndicatorType;
      match: string;
      sealed: Buffer | null;
      key_version: number | null;
      known_from: Date;
    }[] = await this.dataSource.query(
      `select type, match, sealed, key_version, known_from from intel.indicator
       where operation_id = $1 order by type, known_from, match`,
      [operationId],
    );
    return rows.map(({ type, match, sealed, key_version, known_from }) => ({
      type,
      match,
      sealed,
      keyVersion: key_version,
      knownFromMs: known_from.getTime(),
    }));
  }

  /**
   * Operations as a case tells of them.
   *
   * @param wallets of the case: those that are indicators are named
   */
  async linked(
    manager: EntityManager,
    operationIds: readonly string[],
    wallets: readonly WalletRef[],
  ): Promise<LinkedOperation[]> {
    if (operationIds.length === 0) return [];
    const operations: NewOperation[] = await manager.query(
      'select id, name, kind, modus from intel.operation where id = any($1)',
      [operationIds],
    );
    const byType: { id: string; type: IndicatorType; count: number; known_from: Date }[] =
      await manager.query(
        `select operation_id as id, type, count(*) as count, min(known_from) as known_from
         from intel.indicator where operation_id = any($1) group by operation_id, type order by type`,
        [operationIds],
      );
    const named: { id: string; match: string; known_from: Date }[] = await manager.query(
      `select operation_id as id, match, known_from from intel.indicator
       where operation_id = any($1) and type = 'wallet' and match = any($2) order by match`,
      [operationIds, wallets.map(walletKey)],
    );
    return operations.map((operation) => ({
      ...operation,
      wallets: named
        .filter(({ id }) => id === operation.id)
        .map(({ match, known_from }) => ({
          ...walletOfKey(match),
          knownFrom: known_from.toISOString(),
        })),
      indicators: byType
        .filter(({ id }) => id === operation.id)
        .map(({ type, count, known_from }) => ({
          type,
          count,
          knownFrom: known_from.toISOString(),
        })),
    }));
  }
}
