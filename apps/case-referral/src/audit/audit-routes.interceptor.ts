import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { catchError, mergeMap, type Observable } from 'rxjs';
import { type AuditFact, AuditTrail } from '#audit';
import { AppError, type ErrorCode, invariant } from '#domain';
import { type Act, type Staff } from '#identity';
import { AccessRepository } from '../access/access.repository';
import { PURPOSES } from '../access/purpose';
import { RouteAct, type StaffRequest } from '../staff/staff.guard';
import { auditActor } from './audit-actor';
import { idIn, OWN_ID, ownObject, typeIn } from './own-object';

/** What is read of persons and cases, and how the trail calls it. Whatever is read of nobody is not written down. */
export const AUDITED_READS: Partial<Readonly<Record<Act, string>>> = {
  'read cases': 'case',
  'decide who reads cases': 'case-access',
  'review broken glass': 'break-glass',
  'compare rule packs': 'rule-pack-comparison',
  'propose erasures': 'erasure',
  'place legal holds': 'legal-hold',
  'read alerts': 'alert',
  'read referrals': 'referral',
  'read operations': 'operation',
  'read own provider': 'provider-transfer',
  'read the audit trail': 'audit-trail',
};

/**
 * It is not what the route takes, not there, not for them, not theirs to decide, decided already or held, or sealed and nobody said why it is
 * opened.
 */
const REFUSALS: ReadonlySet<ErrorCode> = new Set([
  ...(['INVALID_INPUT', 'NOT_FOUND', 'FORBIDDEN', 'CONFLICT', 'PRECONDITION_FAILED'] as const),
]);

/**
 * Writes down who looked at what, before it is shown: what cannot be written down is not shown. And what somebody was refused,
 * whatever they wanted; what they changed is written down where it is changed.
 */
@Injectable()
export class AuditRoutes implements NestInterceptor {
  constructor(
    private readonly trail: AuditTrail,
    private readonly access: AccessRepository,
    private readonly reflector: Reflector,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<StaffRequest>();
    const act = this.reflector.get(RouteAct, context.getHandler());
    const read = request.method === 'GET' ? AUDITED_READS[act] : undefined;
    const type = read ?? typeIn(request.routeOptions.url ?? '');
    const { known } = request;
    invariant(known !== undefined, 'the guard has noted who is acting');
    const id = idIn(request);
    const purpose = PURPOSES.find((one) => one === request.headers['x-purpose']);
    const fact = (outcome: AuditFact['outcome'], what: object): AuditFact => {
      const details = { ...what, ...(purpose === undefined ? {} : { purpose }) };
      const shown = outcome === 'done' && id !== undefined ? { type, id } : null;
      return {
        ...{ act, outcome, actor: auditActor(known.staff) },
        object: shown ?? ownObject(request, type),
        ...(Object.keys(details).length === 0 ? {} : { details }),
      };
    };
    return next.handle().pipe(
      mergeMap(async (answer: unknown) => {
        if (read === undefined) return answer;
        const list = id === undefined ? (answer as { items: unknown[] }).items : null;
        const what =
          list === null ? await this.ofOneself(id!, known.staff) : { shown: list.length };
        await this.trail.note(fact('done', what));
        return answer;
      }),
      catchError(async (error: unknown) => {
        if (error instanceof AppError && REFUSALS.has(error.code)) {
          await this.trail.note(fact('refused', { because: error.code }));
        }
        throw error;
      }),
    );
  }

  /** What was shown was there, so its id is one; what names nobody, an operation among it, is about nobody. */
  private async ofOneself(id: string, { ownTokens }: Staff): Promise<{ oneself?: true }> {
    if (ownTokens.length === 0 || !OWN_ID.test(id)) return {};
    return (await this.access.isAbout(id, ownTokens)) ? { oneself: true } : {};
  }
}
