import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { invariant } from '#domain';
import { type Staff } from '#identity';
import { type StaffRequest } from './staff.guard';

/** Who is acting, on a route behind the `StaffGuard`. */
export const Actor = createParamDecorator((_: unknown, context: ExecutionContext): Staff => {
  const { staff } = context.switchToHttp().getRequest<StaffRequest>();
  invariant(staff !== undefined, 'the guard has noted who is acting');
  return staff;
});
