import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { audit } from '#audit';
import { AppError } from '#domain';
import { type Staff } from '#identity';
import { auditActor } from '../audit/audit-actor';
import { notFound } from '../page/known-id';
import { AccessRepository, type CaseAccess } from './access.repository';
import { caseReader } from './case-reader';

const MEMBERS_MAX = 200;

/** Decides who reads a case: seals it, hands it to another office, adds people and takes them out. Whoever broke the glass does not. */
@Injectable()
export class ChangeAccess {
  constructor(private readonly access: AccessRepository) {}

  /** @throws AppError NOT_FOUND */
  async read(caseId: string, actor: Staff): Promise<CaseAccess> {
    return this.access.transaction((manager) => this.known(manager, caseId, actor));
  }

  /**
   * Who seals a case goes on reading it: they are added, unless they were.
   *
   * @throws AppError NOT_FOUND
   */
  async seal(caseId: string, sealed: boolean, reason: string, actor: Staff): Promise<CaseAccess> {
    return this.change(
      caseId,
      reason,
      actor,
      async (manager, { caseId: id, members, ...before }) => {
        if (before.sealed !== sealed) await this.access.setSealed(manager, id, sealed);
        if (sealed && !members.includes(actor.id)) {
          await this.access.addMember(manager, id, actor.id, actor.id);
        }
      },
    );
  }

  /** From then on it is of that office alone. @throws AppError NOT_FOUND */
  async handOver(caseId: string, unit: string, reason: string, actor: Staff): Promise<CaseAccess> {
    return this.change(caseId, reason, actor, (manager, { caseId: id }) =>
      this.access.setUnits(manager, id, [unit]),
    );
  }

  /** @throws AppError NOT_FOUND; CONFLICT for the last who reads a sealed case; TOO_LARGE where too many were added */
  async setMember(
    caseId: string,
    staffId: string,
    isMember: boolean,
    reason: string,
    actor: Staff,
  ): Promise<CaseAccess> {
    return this.change(caseId, reason, actor, async (manager, { caseId: id, members, sealed }) => {
      if (!isMember && sealed && members.every((member) => member === staffId)) {
        throw new AppError('CONFLICT', 'a sealed case has a member, or nobody would ever read it');
      }
      if (!isMember) return this.access.removeMember(manager, id, staffId);
      if (members.length >= MEMBERS_MAX && !members.includes(staffId)) {
        throw new AppError('TOO_LARGE', `a case has at most ${MEMBERS_MAX} members`);
      }
      return this.access.addMember(manager, id, staffId, actor.id);
    });
  }

  private async known(manager: EntityManager, caseId: string, actor: Staff): Promise<CaseAccess> {
    const access = await this.access.lock(manager, caseId, caseReader(actor), true);
    if (access === null) throw notFound('case');
    return access;
  }

  /** Deciding what is so already changes nothing, and is not written down. */
  private async change(
    caseId: string,
    reason: string,
    actor: Staff,
    decide: (manager: EntityManager, access: CaseAccess) => Promise<void>,
  ): Promise<CaseAccess> {
    return this.access.transaction(async (manager) => {
      const before = await this.known(manager, caseId, actor);
      await decide(manager, before);
      const after = await this.access.lock(manager, before.caseId, null);
      if (after === null) throw notFound('case');
      if (JSON.stringify(after) !== JSON.stringify(before)) {
        await audit(manager, {
          ...{ act: 'decide who reads cases', outcome: 'done', actor: auditActor(actor), reason },
          object: { type: 'case', id: before.caseId },
          ...{ before, after },
        });
      }
      return after;
    });
  }
}
