import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { v7 as uuidV7 } from 'uuid';
import { audit } from '#audit';
import { AppError } from '#domain';
import { IdentityVault, requireFourEyes, type Staff } from '#identity';
import { AccessRepository } from '../access/access.repository';
import { caseReader } from '../access/case-reader';
import { aboutOneself } from '../audit/about-oneself';
import { auditActor } from '../audit/audit-actor';
import { ErasureRepository } from '../erasures/erasure.repository';
import { notFound } from '../page/known-id';
import { type CaseHoldInput, type LegalHoldInput } from './legal-hold-answer';
import { type LegalHold, LegalHoldRepository, type NewHold } from './legal-hold.repository';

interface Placed {
  readonly created: boolean;
  readonly hold: LegalHold;
}

/** Keeps identities whatever their age, and from being forgotten; lets them go again by two people. */
@Injectable()
export class HoldLegally {
  constructor(
    private readonly holds: LegalHoldRepository,
    private readonly access: AccessRepository,
    private readonly erasures: ErasureRepository,
    private readonly vault: IdentityVault,
  ) {}

  /** @throws AppError INVALID_INPUT where it can be no identifier of that type */
  async ofIdentity(input: LegalHoldInput, actor: Staff): Promise<Placed> {
    const { type, value, authority, reason } = input;
    const token = this.vault.token(type, value);
    return this.holds.transaction(async (manager) => {
      // Whoever forgets it has looked whether it is held with its row locked: one of the two comes first.
      await this.erasures.lockIdentity(manager, token);
      return this.place(manager, { token, type, caseId: null, authority, reason }, actor);
    });
  }

  /** @throws AppError NOT_FOUND where there is no such case for the reader */
  async ofCase(
    caseId: string,
    { authority, reason }: CaseHoldInput,
    actor: Staff,
  ): Promise<Placed> {
    return this.holds.transaction(async (manager) => {
      const found = await this.access.lock(manager, caseId, caseReader(actor));
      if (found === null) throw notFound('case');
      const hold = { token: null, type: null, caseId: found.caseId, authority, reason };
      return this.place(manager, hold, actor);
    });
  }

  /** Proposing what is proposed changes nothing. @throws AppError NOT_FOUND; CONFLICT where it is released */
  async proposeRelease(id: string, reason: string, actor: Staff): Promise<LegalHold> {
    return this.changing(id, actor, async (manager, hold) => {
      if (hold.status === 'RELEASED') throw new AppError('CONFLICT', 'this hold is released');
      if (hold.status === 'RELEASE_PROPOSED') return hold;
      const proposed = await this.holds.proposeRelease(manager, id, reason, actor.id);
      await this.tell(manager, 'place legal holds', proposed, actor, hold.status);
      return proposed;
    });
  }

  /**
   * Approving again changes nothing.
   *
   * @throws AppError NOT_FOUND; FORBIDDEN for who proposed it; CONFLICT where nobody did, or somebody else has approved it
   */
  async release(id: string, actor: Staff): Promise<LegalHold> {
    return this.changing(id, actor, async (manager, hold) => {
      const { releaseProposedBy: proposedBy, releasedBy } = hold;
      if (proposedBy === null) throw new AppError('CONFLICT', 'nobody has proposed to release it');
      requireFourEyes(proposedBy, actor.id, 'the release of a hold');
      if (releasedBy === actor.id) return hold;
      if (releasedBy !== null) throw new AppError('CONFLICT', 'somebody else has released it');
      const released = await this.holds.release(manager, id, actor.id);
      await this.tell(manager, 'release legal holds', released, actor, hold.status);
      return released;
    });
  }

  private async place(
    manager: EntityManager,
    hold: Omit<NewHold, 'id' | 'placedBy' | 'unit'>,
    actor: Staff,
  ): Promise<Placed> {
    const placed = await this.holds.place(manager, {
      ...{ id: uuidV7(), placedBy: actor.id, unit: actor.unit },
      ...hold,
    });
    if (placed.created) await this.tell(manager, 'place legal holds', placed.hold, actor, null);
    return placed;
  }

  private async changing(
    id: string,
    actor: Staff,
    change: (manager: EntityManager, hold: LegalHold) => Promise<LegalHold>,
  ): Promise<LegalHold> {
    return this.holds.transaction(async (manager) => {
      const hold = await this.holds.lock(manager, id, caseReader(actor));
      if (hold === null) throw notFound('legal hold');
      return change(manager, hold);
    });
  }

  private async tell(
    manager: EntityManager,
    act: 'place legal holds' | 'release legal holds',
    { id, status, token, caseId, authority, reason, releaseReason }: LegalHold,
    actor: Staff,
    before: LegalHold['status'] | null,
  ): Promise<void> {
    await audit(manager, {
      ...{ act, outcome: 'done', actor: auditActor(actor), reason: releaseReason ?? reason },
      object: { type: 'legal-hold', id },
      before: before === null ? null : { status: before },
      after: { status, authority, ...(token === null ? { caseId } : { token }) },
      details: token === null ? {} : aboutOneself(actor, [token]),
    });
  }
}
