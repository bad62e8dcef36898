import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { type FastifyRequest } from 'fastify';
import { AppError } from '#domain';

/** Why somebody looks at what is kept from most. What each means: docs/access.md. */
export const PURPOSES = [
  'INVESTIGATION',
  'SUPERVISION',
  'COURT_ORDER',
  'FMU_REQUEST',
  'SUBJECT_REQUEST',
  'REVIEW',
] as const;
export type Purpose = (typeof PURPOSES)[number];

const HEADER = 'x-purpose';

/** The purpose that a request names; null where it names none. @throws AppError INVALID_INPUT where it is none that is known */
export function purposeOf({ headers }: Pick<FastifyRequest, 'headers'>): Purpose | null {
  const sent = headers[HEADER];
  if (sent === undefined) return null;
  const known = PURPOSES.find((purpose) => purpose === sent);
  if (known !== undefined) return known;
  throw new AppError('INVALID_INPUT', `${HEADER} must be one of ${PURPOSES.join(', ')}`);
}

/** Why it is asked for, on a route that shows what may be sealed. */
export const AskedFor = createParamDecorator(
  (_: unknown, context: ExecutionContext): Purpose | null =>
    purposeOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

export const ApiPurpose = (): MethodDecorator =>
  ApiHeader({
    name: HEADER,
    required: false,
    schema: { type: 'string', enum: [...PURPOSES] },
    description: 'Why: needed where the case is sealed, and written down.',
  });

/** @throws AppError PRECONDITION_FAILED where something sealed is asked for and nobody says why */
export function requirePurpose(isSealed: boolean, purpose: Purpose | null): void {
  if (isSealed && purpose === null) {
    throw new AppError(
      'PRECONDITION_FAILED',
      `this case is sealed: say why you open it, with ${HEADER} (${PURPOSES.join(', ')})`,
    );
  }
}
