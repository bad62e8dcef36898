import { applyDecorators, Controller, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiResponse, ApiTags } from '@nestjs/swagger';
import { StaffGuard } from './staff.guard';

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
    ApiBearerAuth(),
    ApiTags(path),
    ApiProblem(401, 'No staff key, or one that is not known.'),
  );
