import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { catchError, mergeMap, type Observable } from 'rxjs';
import { type AuditFact, AuditTrail } from '#audit';
import { AppError, invariant } from '#domain';
import { type Act } from '#identity';
import { RouteAct, type StaffRequest } from '../staff/staff.guard';
import { auditActor } from './audit-actor';

/** What is read of persons and cases, and how the trail calls it. Whatever is read of nobody is not written down. */
export const AUDITED_READS: Partial<Readonly<Record<Act, string>>> = {
  'read cases': 'case',
  'read alerts': 'alert',
  'read referrals': 'referral',
  'read operations': 'operation',
  'read the audit trail': 'audit-trail',
};

/** What may be repeated of a path: an id that is none of ours may be anything, a name among it. */
const OWN_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Writes down who looked at what, before it is shown: what cannot be written down is not shown. */
@Injectable()
export class AuditReads implements NestInterceptor {
  constructor(
    private readonly trail: AuditTrail,
    private readonly reflector: Reflector,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<StaffRequest>();
    const act = this.reflector.get(RouteAct, context.getHandler());
    const type = AUDITED_READS[act];
    if (type === undefined || request.method !== 'GET') return next.handle();
    const { known } = request;
    invariant(known !== undefined, 'the guard has noted who is acting');
    const { id } = request.params as { id?: string };
    const isListed = id === undefined;
    const fact = (outcome: AuditFact['outcome'], details?: object): AuditFact => ({
      ...{ act, outcome, actor: auditActor(known.staff) },
      object: isListed || (outcome === 'refused' && !OWN_ID.test(id)) ? null : { type, id },
      ...(details === undefined ? {} : { details }),
    });
    return next.handle().pipe(
      mergeMap(async (answer: unknown) => {
        const shown = isListed
          ? { shown: (answer as { items: unknown[] }).items.length }
          : undefined;
        await this.trail.note(fact('done', shown));
        return answer;
      }),
      catchError(async (error: unknown) => {
        if (error instanceof AppError && error.code === 'NOT_FOUND') {
          await this.trail.note(fact('refused', { because: error.code }));
        }
        throw error;
      }),
    );
  }
}
