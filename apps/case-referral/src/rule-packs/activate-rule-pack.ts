import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { type ActivationMode } from '#contracts';
import { audit } from '#audit';
import { AppError } from '#domain';
import { requireFourEyes, type Staff } from '#identity';
import { parseRulePack } from '#typologies';
import { auditActor } from '../audit/audit-actor';
import { notFound } from '../page/known-id';
import { type ActivationInput } from './activation-input';
import { type Activation, RulePackRepository, type StoredRulePack } from './rule-pack.repository';

/** Puts a pack in force, or beside the one in force, or takes it from there: an entry of the control log. */
@Injectable()
export class ActivateRulePack {
  constructor(private readonly packs: RulePackRepository) {}

  /**
   * Deciding what is so already changes nothing.
   *
   * @throws AppError NOT_FOUND; FORBIDDEN where the author would activate it; CONFLICT where a pack cannot become that from what it is; PRECONDITION_FAILED where an
   *   earlier version of the software accepted the pack and this one would not
   */
  async run(
    version: string,
    { mode, reason }: ActivationInput,
    actor: Staff,
  ): Promise<{ created: boolean; activation: Activation }> {
    return this.packs.inTurn(async (manager) => {
      const pack = await this.packs.find(manager, version);
      if (pack === null) throw notFound('rule pack');
      const [last] = await this.packs.activations(manager, version, 1);
      if (last?.mode === mode && isSo(pack, mode)) return { created: false, activation: last };
      if (mode === 'ACTIVE') requireFourEyes(pack.proposedBy, actor.id, 'a rule pack');
      await this.change(manager, pack, mode);
      const decision = { reason, actor: actor.id };
      const activation = await this.packs.decide(manager, pack, mode, decision);
      await audit(manager, {
        ...{ act: 'activate rule packs', outcome: 'done', actor: auditActor(actor), reason },
        object: { type: 'rule-pack', id: version },
        before: { status: pack.status },
        after: { mode, hash: pack.hash, position: activation.position },
      });
      return { created: true, activation };
    });
  }

  private async change(
    manager: EntityManager,
    pack: StoredRulePack,
    mode: ActivationMode,
  ): Promise<void> {
    switch (mode) {
      case 'ACTIVE':
        checkStillTaken(pack);
        await this.packs.stepBack(manager, 'ACTIVE');
        return this.packs.setStatus(manager, pack.version, 'ACTIVE');
      case 'SHADOW':
        if (pack.status === 'ACTIVE') {
          throw new AppError(
            'CONFLICT',
            'alerts are judged by this pack: it is no shadow of itself',
          );
        }
        checkStillTaken(pack);
        await this.packs.stepBack(manager, 'SHADOW');
        return this.packs.setStatus(manager, pack.version, 'SHADOW');
      case 'WITHDRAWN':
        if (pack.status !== 'SHADOW') {
          throw new AppError(
            'CONFLICT',
            'this pack is no shadow; one that is active ends when another is activated',
          );
        }
        return this.packs.stepBack(manager, 'SHADOW');
      default:
        mode satisfies never;
    }
  }
}

const isSo = ({ status }: StoredRulePack, mode: ActivationMode): boolean =>
  mode === 'WITHDRAWN' ? status !== 'SHADOW' : status === mode;

function checkStillTaken({ document }: StoredRulePack): void {
  try {
    parseRulePack(document);
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    throw new AppError(
      'PRECONDITION_FAILED',
      'this version of Layerwatch does not take the pack any more; propose it anew under another version',
      cause.problems,
      { cause },
    );
  }
}
