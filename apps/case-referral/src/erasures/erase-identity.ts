import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { v7 as uuidV7 } from 'uuid';
import { audit } from '#audit';
import { AppError, invariant } from '#domain';
import { IdentityVault, requireFourEyes, type Staff } from '#identity';
import { aboutOneself } from '../audit/about-oneself';
import { auditActor } from '../audit/audit-actor';
import { notFound } from '../page/known-id';
import { type ErasureInput } from './erasure-answer';
import { type Erasure, ErasureRepository } from './erasure.repository';

/**
 * Forgets an identity: one person proposes it, another approves. Its key is destroyed; its token stays where it is, so that the trail still
 * verifies, and a replay raises the same alerts.
 */
@Injectable()
export class EraseIdentity {
  constructor(
    private readonly erasures: ErasureRepository,
    private readonly vault: IdentityVault,
  ) {}

  /**
   * Proposing what is proposed already changes nothing. Whether anything is stored of it, or it is held, only who approves is told: otherwise
   * one would learn of whom sealed cases are by asking for them to be forgotten.
   *
   * @throws AppError INVALID_INPUT where it can be no identifier of that type
   */
  async propose(
    { type, value, reason }: ErasureInput,
    actor: Staff,
  ): Promise<{ created: boolean; erasure: Erasure }> {
    const token = this.vault.token(type, value);
    return this.erasures.transaction(async (manager) => {
      const asked = { id: uuidV7(), token, type, reason, proposedBy: actor.id };
      const created = await this.erasures.propose(manager, asked);
      const erasure = await this.erasures.findOpen(manager, token);
      invariant(erasure !== null, 'one that is proposed is there');
      if (created) {
        await audit(manager, {
          ...{ act: 'propose erasures', outcome: 'done', actor: auditActor(actor), reason },
          object: { type: 'identity', id: token },
          details: aboutOneself(actor, [token]),
        });
      }
      return { created, erasure };
    });
  }

  /**
   * Approving again changes nothing.
   *
   * @throws AppError NOT_FOUND where there is no such erasure, or nothing is stored of it; FORBIDDEN for the author; CONFLICT where it is held,
   *   or somebody else has approved it
   */
  async approve(id: string, actor: Staff): Promise<Erasure> {
    return this.erasures.transaction(async (manager) => {
      const erasure = await this.erasures.lock(manager, id);
      if (erasure === null) throw notFound('erasure');
      requireFourEyes(erasure.proposedBy, actor.id, 'an erasure');
      if (erasure.status === 'ERASED') {
        if (erasure.approvedBy === actor.id) return erasure;
        throw new AppError('CONFLICT', 'somebody else has approved this erasure');
      }
      await this.check(manager, erasure.token);
      await this.erasures.erase(manager, [erasure.token]);
      const approved = await this.erasures.approve(manager, id, actor.id);
      await audit(manager, {
        ...{ act: 'approve erasures', outcome: 'done', actor: auditActor(actor) },
        object: { type: 'identity', id: erasure.token },
        ...{ before: { status: 'PROPOSED' }, after: { status: approved.status } },
      });
      return approved;
    });
  }

  private async check(manager: EntityManager, token: string): Promise<void> {
    if (!(await this.erasures.lockIdentity(manager, token))) throw notFound('identity');
    if (await this.erasures.isHeld(manager, token)) {
      throw new AppError(
        'CONFLICT',
        'a case or an operation relies on it, or somebody ordered it: it is held',
      );
    }
  }
}
