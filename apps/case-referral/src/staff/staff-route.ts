import { applyDecorators, Controller, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type Act, WHO_MAY } from '#identity';
import { AuditRoutes } from '../audit/audit-routes.interceptor';
import { RouteAct, StaffGuard } from './staff.guard';

/** Documents an error answer; its body is `application/problem+json` (RFC 9457) with `code`, `detail`, `correlationId`. */
export const ApiProblem = (status: number, description: string): MethodDecorator & ClassDecorator =>
  ApiResponse({
    status,
    description,
    content: {
      'application/problem+json': {
        schema: {
          type: 'object',
          required: ['status', 'code', 'detail', 'correlationId'],
          properties: {
            status: { type: 'integer', example: status },
            code: { type: 'string' },
            detail: { type: 'string' },
            correlationId: { type: 'string' },
            problems: {
              type: 'array',
              description: 'Field by field, where the input was refused.',
              items: {
                type: 'object',
                properties: {
                  code: { type: 'string' },
                  path: { type: 'string', description: 'JSON pointer.' },
                  detail: { type: 'string' },
                },
              },
            },
          },
        },
      },
    },
  });

/** A controller below `/v1` that only staff may use. */
export const StaffController = (path: string): ClassDecorator =>
  applyDecorators(
    Controller(`v1/${path}`),
    UseGuards(StaffGuard),
    UseInterceptors(AuditRoutes),
    ApiBearerAuth(),
    ApiTags(path),
    ApiProblem(401, 'Nobody is signed in, or what was sent is nothing to act by.'),
    ApiProblem(429, 'You have asked too often in a minute.'),
  );

/** What a route of a {@link StaffController} does, and so who may use it. */
export const May = (act: Act): MethodDecorator =>
  applyDecorators(
    RouteAct(act),
    ApiExtension('x-act', act),
    ApiProblem(403, `Only for: ${WHO_MAY[act].join(', ')}.`),
  );

/** A route that everybody may use, signed in or not; there are few, and a test names them. */
export const PublicRoute = (): MethodDecorator => ApiExtension('x-public', true);
