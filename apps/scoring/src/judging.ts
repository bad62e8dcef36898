import { Injectable } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { type Alert, type AlertStorm, type TypologyName } from '#contracts';
import { type ShadowedDetector } from '#typologies';
import { toAlertStorm } from './publication';

/** By what alerts are judged, as of the last entry whose consequences are committed. */
export interface JudgingNow {
  readonly pack: Alert['pack'];
  readonly shadow: Alert['pack'] | null;
  readonly typologiesOff: readonly TypologyName[];
  /** Of the feed's hour; null where nothing was held back in it. */
  readonly storm: AlertStorm | null;
}

/** By what a detector judges where it stands. */
export function judgedBy({ judge, shadowJudge, storm }: ShadowedDetector): JudgingNow {
  const { version, hash, typologiesOff } = judge;
  return {
    pack: { version, hash },
    shadow: shadowJudge && { version: shadowJudge.version, hash: shadowJudge.hash },
    typologiesOff,
    storm: storm && toAlertStorm(storm),
  };
}

/** Says by what alerts are judged: over the API and as metrics. */
@Injectable()
export class Judging {
  private known: JudgingNow | null = null;
  private readonly packs: Gauge<'version' | 'hash' | 'mode'>;
  private readonly off: Gauge<'typology'>;
  private readonly contained: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.packs = new Gauge({
      name: 'layerwatch_rule_pack_info',
      help: 'The rule packs that judge: 1 for each.',
      labelNames: ['version', 'hash', 'mode'],
      registers,
    });
    this.off = new Gauge({
      name: 'layerwatch_typology_off',
      help: '1 for each typology that is off: switched off, or not in the pack.',
      labelNames: ['typology'],
      registers,
    });
    this.contained = new Gauge({
      name: 'layerwatch_alert_storm_contained',
      help: 'Wallets for which an alert was held back in the hour of the feed; 0 where there is no storm.',
      registers,
    });
  }

  get now(): JudgingNow | null {
    return this.known;
  }

  note(now: JudgingNow): void {
    this.known = now;
    this.packs.reset();
    this.packs.set({ ...now.pack, mode: 'ACTIVE' }, 1);
    if (now.shadow) this.packs.set({ ...now.shadow, mode: 'SHADOW' }, 1);
    this.off.reset();
    for (const typology of now.typologiesOff) this.off.set({ typology }, 1);
    this.contained.set(now.storm?.contained ?? 0);
  }

  /** Another process judges, or nothing is known yet. */
  forget(): void {
    this.known = null;
    this.packs.reset();
    this.off.reset();
    this.contained.set(0);
  }
}
