import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { audit, SERVICE_ACTOR } from '#audit';
import { invariant } from '#domain';
import { DEFAULT_PACK, packHash } from '#typologies';
import { type NewRulePack, RulePackRepository } from './rule-pack.repository';

/** Who proposed the pack that comes with the software. */
const BUILT_IN = SERVICE_ACTOR.id;

/**
 * Lists the pack that comes with the software. It is in force until somebody activates another; from then on a new version
 * of the software brings a new proposal, and changes nothing by itself.
 */
@Injectable()
export class BuiltInPack implements OnApplicationBootstrap {
  constructor(private readonly packs: RulePackRepository) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.packs.inTurn(async (manager) => {
      const isDecided = await this.packs.hasBeenDecided(manager);
      const pack: NewRulePack = {
        version: DEFAULT_PACK.version,
        hash: packHash(DEFAULT_PACK),
        document: DEFAULT_PACK,
        status: 'PROPOSED',
        proposedBy: BUILT_IN,
      };
      if (await this.packs.add(manager, pack)) {
        await audit(manager, {
          ...{ act: 'propose rule packs', outcome: 'done', actor: SERVICE_ACTOR },
          object: { type: 'rule-pack', id: pack.version },
          before: null,
          after: { hash: pack.hash },
        });
      }
      const stored = await this.packs.find(manager, pack.version);
      invariant(stored !== null, 'what was stored is there');
      const isUndecided = (await this.packs.activations(manager, pack.version, 1)).length === 0;
      if (stored.proposedBy === BUILT_IN && isUndecided && stored.hash !== pack.hash) {
        await this.packs.replace(manager, pack);
      }
      if (isDecided || stored.status === 'ACTIVE') return;
      await this.packs.stepBack(manager, 'ACTIVE');
      await this.packs.setStatus(manager, pack.version, 'ACTIVE');
    });
  }
}
