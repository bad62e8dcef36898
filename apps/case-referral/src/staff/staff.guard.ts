import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type FastifyRequest } from 'fastify';
import { AuditTrail } from '#audit';
import { AppError, invariant } from '#domain';
import { type Act, may } from '#identity';
import { auditActor } from '../audit/audit-actor';
import { ownObject } from '../audit/own-object';
import { UnknownCallers } from '../audit/unknown-callers';
import { RateLimits } from './rate-limits';
import { type Known, WhoIsActing } from './who-is-acting';

export interface StaffRequest extends FastifyRequest {
  known?: Known;
}

/** What a route is an instance of; whoever may not do that is not let in. */
export const RouteAct = Reflector.createDecorator<Act>();

/** Lets only known staff in who may do what the route does, and notes who is acting. */
@Injectable()
export class StaffGuard implements CanActivate {
  constructor(
    private readonly whoIsActing: WhoIsActing,
    private readonly trail: AuditTrail,
    private readonly unknown: UnknownCallers,
    private readonly limits: RateLimits,
    private readonly reflector: Reflector,
  ) {}

  /** @throws AppError UNAUTHENTICATED, FORBIDDEN, OVERLOADED, UNAVAILABLE */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const act = this.reflector.get(RouteAct, context.getHandler()) as Act | undefined;
    // A route that says nothing would otherwise be open to all staff.
    invariant(act !== undefined, 'a route says what it does');
    const request = context.switchToHttp().getRequest<StaffRequest>();
    const known = await this.identify(request);
    await this.limits.request(known.staff.id);
    if (!may(known.staff.roles, act)) {
      await this.trail.note({
        ...{ act, outcome: 'refused', actor: auditActor(known.staff), object: ownObject(request) },
        details: { because: 'role' },
      });
      throw new AppError('FORBIDDEN', `your role may not ${act}`);
    }
    request.known = known;
    return true;
  }

  private async identify(request: StaffRequest): Promise<Known> {
    try {
      return await this.whoIsActing.identify(request);
    } catch (error) {
      const because =
        error instanceof AppError ? this.whoIsActing.whyUnknown(error, request) : null;
      if (because !== null) await this.unknown.refused(because);
      throw error;
    }
  }
}
