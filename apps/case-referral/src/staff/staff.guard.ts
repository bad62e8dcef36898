import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { type Staff, StaffKeys } from '#identity';

export interface StaffRequest extends FastifyRequest {
  staff?: Staff;
}

/** Lets only known staff in, and notes who is acting. */
@Injectable()
export class StaffGuard implements CanActivate {
  constructor(private readonly keys: StaffKeys) {}

  /** @throws AppError UNAUTHENTICATED */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<StaffRequest>();
    request.staff = await this.keys.identify(request.headers.authorization);
    return true;
  }
}
