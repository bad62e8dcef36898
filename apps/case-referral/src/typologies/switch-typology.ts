import { Injectable } from '@nestjs/common';
import { audit } from '#audit';
import { type TypologyName } from '#contracts';
import { type Staff } from '#identity';
import { auditActor } from '../audit/audit-actor';
import { type SwitchInput } from './typology-answer';
import { type Switch, TypologyRepository } from './typology.repository';

/**
 * Switches a typology off under every pack, or on again: the quick way out where one fires at everything. It is an entry of
 * the control log, and each alert says what was off.
 */
@Injectable()
export class SwitchTypology {
  constructor(private readonly typologies: TypologyRepository) {}

  /** Switching to what is so already changes nothing; the first switch of a typology is always told. */
  async run(
    typology: TypologyName,
    { enabled, reason }: SwitchInput,
    actor: Staff,
  ): Promise<{ created: boolean; switched: Switch }> {
    return this.typologies.inTurn(async (manager) => {
      const last = (await this.typologies.lastSwitches(manager)).get(typology);
      if (last?.enabled === enabled) return { created: false, switched: last };
      const decision = { reason, actor: actor.id };
      const switched = await this.typologies.switch(manager, { typology, enabled }, decision);
      await audit(manager, {
        ...{ act: 'switch typologies', outcome: 'done', actor: auditActor(actor), reason },
        object: { type: 'typology', id: typology },
        before: { enabled: last?.enabled ?? true },
        after: { enabled, position: switched.position },
      });
      return { created: true, switched };
    });
  }
}
