import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type DispositionOutcome } from '#contracts';
import { TransferLog } from '#messaging';
import { type Told } from '#platform';
import { type CaseReader, readerParameters } from '../access/case-reader';
import { type DecisionRow, toDecision } from '../staff/decision-answer';
import { type DispositionAnswer } from './disposition-answer';

export type Disposition = Told<DispositionAnswer>;

interface DispositionRow extends DecisionRow {
  alert_id: string;
  outcome: DispositionOutcome;
}

const toDisposition = (row: DispositionRow): Disposition => ({
  alertId: row.alert_id,
  outcome: row.outcome,
  ...toDecision(row),
});

/** What investigators found of alerts. */
@Injectable()
export class DispositionRepository {
  private readonly log: TransferLog;

  constructor(private readonly dataSource: DataSource) {
    this.log = new TransferLog(dataSource);
  }

  async transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(work);
  }

  /** Finds it where it is the reader's to see. Keeps the alert locked to the end of the transaction: what is found of it is found one after the other. */
  async lockAlert(
    manager: EntityManager,
    alertId: string,
    reader: CaseReader,
  ): Promise<{ readonly sealed: boolean } | null> {
    const rows: { sealed: boolean }[] = await manager.query(
      `select c.sealed from referral.alert a join referral.case_file c on c.id = a.case_id
       where a.id = $1 and referral.may_read(c, $2, $3, $4) for update of a`,
      [alertId, ...readerParameters(reader)],
    );
    return rows[0] ?? null;
  }

  /** The last first. */
  async ofAlert(
    manager: EntityManager | null,
    alertId: string,
    rowsMax: number,
  ): Promise<Disposition[]> {
    const rows: DispositionRow[] = await (manager ?? this.dataSource).query(
      'select * from intel.disposition where alert_id = $1 order by position desc limit $2',
      [alertId, rowsMax],
    );
    return rows.map(toDisposition);
  }

  /** Tells detection, and keeps who found it and why. The reason is for people: the log does not carry it. */
  async add(
    manager: EntityManager,
    { alertId, outcome }: { readonly alertId: string; readonly outcome: DispositionOutcome },
    { reason, actor }: { readonly reason: string; readonly actor: string },
  ): Promise<Disposition> {
    const position = await this.log.appendControl(manager, 'alert.disposed.v1', {
      alertId,
      outcome,
    });
    const rows: DispositionRow[] = await manager.query(
      `insert into intel.disposition (position, alert_id, outcome, reason, decided_by)
       values ($1, $2, $3, $4, $5) returning *`,
      [position, alertId, outcome, reason, actor],
    );
    return toDisposition(rows[0]!);
  }
}
