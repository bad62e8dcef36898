import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { type AlertEvent } from '#contracts';
import { type Placement, placeAlert } from '../cases/case-placement';
import { CaseRepository } from '../cases/case.repository';
import { AlertRepository } from './alert.repository';

/** Takes an alert, or a revision of one, into the case it belongs to. */
@Injectable()
export class TakeAlert {
  constructor(
    private readonly alerts: AlertRepository,
    private readonly cases: CaseRepository,
  ) {}

  /**
   * A revision that is not newer than what is stored changes nothing.
   *
   * @param listedAt the alert's place in the list, where it is new
   * @returns the case that has to be drawn anew, or for the first time; null where nothing changed
   */
  async run(
    manager: EntityManager,
    { alert, evidence }: AlertEvent,
    listedAt: number,
  ): Promise<Pick<Placement, 'id' | 'founded'> | null> {
    const known = await this.alerts.revision(manager, alert.id);
    if (known !== null && known >= alert.revision) return null;
    const linked = await this.cases.lockLinked(manager, alert.id, evidence, alert.operationIds);
    const placement = placeAlert({ id: alert.id, firstAtMs: Date.parse(alert.firstAt) }, linked);
    if (placement.founded) await this.cases.open(manager, placement);
    else if (placement.opensEarlier) await this.cases.openedBy(manager, placement);
    if (placement.absorbed.length > 0) {
      await this.cases.merge(manager, placement.id, placement.absorbed);
    }
    await this.alerts.save(manager, alert, placement.id, listedAt);
    await this.cases.gather(manager, placement.id, evidence, alert.operationIds);
    return placement;
  }
}
