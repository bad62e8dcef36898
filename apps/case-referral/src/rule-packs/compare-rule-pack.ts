import { Injectable } from '@nestjs/common';
import { transferKey } from '#domain';
import { compareAlerts } from '#typologies';
import { type Told } from '#platform';
import { AccessRepository } from '../access/access.repository';
import { type CaseReader } from '../access/case-reader';
import { readable } from '../access/readable';
import { notFound } from '../page/known-id';
import { type ComparedAlert } from './compared-alert';
import { type ComparisonAnswer } from './comparison-answer';
import { type StoredRulePack } from './rule-pack.repository';
import { ShadowAlertRepository, type ShadowTime } from './shadow-alert.repository';

const ALERTS_COMPARED_MAX = 5_000;
const ALERTS_SHOWN_MAX = 100;

const transfersOf = ({ transfers }: ComparedAlert): string[] => transfers.map(transferKey);

/** Sets what a shadow pack raised against what the active one did meanwhile. */
@Injectable()
export class CompareRulePack {
  constructor(
    private readonly alerts: ShadowAlertRepository,
    private readonly access: AccessRepository,
  ) {}

  /**
   * All are counted; of those that touch a case which is none of the reader's nothing else is told.
   *
   * @throws AppError NOT_FOUND where detection has never had it as its shadow
   */
  async run(
    { version, hash }: StoredRulePack,
    reader: CaseReader,
  ): Promise<Told<ComparisonAnswer>> {
    const time = await this.alerts.lastTime(version);
    if (time === null) throw notFound('comparison: the pack was never the shadow');
    const { from, until } = time;
    const [active, shadow] = await this.read(time, hash);
    const comparison = compareAlerts(
      active.slice(0, ALERTS_COMPARED_MAX),
      shadow.slice(0, ALERTS_COMPARED_MAX),
      transfersOf,
    );
    const [activeOnly, shadowOnly] = await readable(this.access, reader, [
      comparison.activeOnly.slice(0, ALERTS_SHOWN_MAX),
      comparison.shadowOnly.slice(0, ALERTS_SHOWN_MAX),
    ]);
    return {
      ...{ version, hash, from, until },
      ...comparison,
      activeOnly: activeOnly!,
      shadowOnly: shadowOnly!,
      truncated: active.length > ALERTS_COMPARED_MAX || shadow.length > ALERTS_COMPARED_MAX,
    };
  }

  private async read(time: ShadowTime, hash: string) {
    const rowsMax = ALERTS_COMPARED_MAX + 1;
    return [
      await this.alerts.active(time, rowsMax),
      await this.alerts.shadow(time, hash, rowsMax),
    ] as const;
  }
}
