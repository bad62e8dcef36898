import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { invariant } from '#domain';
import { type Staff } from '#identity';
import { type StaffRequest } from './staff.guard';
import { type Known } from './who-is-acting';

function knownOf(context: ExecutionContext): Known {
  const { known } = context.switchToHttp().getRequest<StaffRequest>();
  invariant(known !== undefined, 'the guard has noted who is acting');
  return known;
}

/** Who is acting, on a route behind the `StaffGuard`. */
export const Actor = createParamDecorator(
  (_: unknown, context: ExecutionContext): Staff => knownOf(context).staff,
);

/** The same, and how they are known. */
export const KnownActor = createParamDecorator((_: unknown, context: ExecutionContext): Known =>
  knownOf(context),
);
