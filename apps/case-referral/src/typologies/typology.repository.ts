import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type TypologyName } from '#contracts';
import { inTurn, TransferLog } from '#messaging';
import { type Told } from '#platform';
import { type DecisionRow, toDecision } from '../staff/decision-answer';
import { type SwitchAnswer } from './typology-answer';

export type Switch = Told<SwitchAnswer>;

interface SwitchRow extends DecisionRow {
  typology: TypologyName;
  enabled: boolean;
}

const toSwitch = (row: SwitchRow): Switch => ({
  typology: row.typology,
  enabled: row.enabled,
  ...toDecision(row),
});

/** Which typologies were switched off and on. */
@Injectable()
export class TypologyRepository {
  private readonly log: TransferLog;

  constructor(private readonly dataSource: DataSource) {
    this.log = new TransferLog(dataSource);
  }

  /** One switch after the other: the last one is then never in doubt. */
  async inTurn<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return inTurn(this.dataSource, 'rule-packs', work);
  }

  /** Of each typology that was ever switched, the last. */
  async lastSwitches(manager: EntityManager | null): Promise<Map<TypologyName, Switch>> {
    const rows: SwitchRow[] = await (manager ?? this.dataSource).query(
      'select distinct on (typology) * from intel.typology_switch order by typology, position desc',
    );
    return new Map(rows.map((row) => [row.typology, toSwitch(row)]));
  }

  /** Tells detection, and keeps who decided it and why. */
  async switch(
    manager: EntityManager,
    { typology, enabled }: { readonly typology: TypologyName; readonly enabled: boolean },
    { reason, actor }: { readonly reason: string; readonly actor: string },
  ): Promise<Switch> {
    const position = await this.log.appendControl(manager, 'typology.switched.v1', {
      typology,
      enabled,
    });
    const rows: SwitchRow[] = await manager.query(
      `insert into intel.typology_switch (position, typology, enabled, reason, decided_by)
       values ($1, $2, $3, $4, $5) returning *`,
      [position, typology, enabled, reason, actor],
    );
    return toSwitch(rows[0]!);
  }
}
