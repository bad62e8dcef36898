import { type FastifyRequest } from 'fastify';
import { type AuditObject } from '#audit';

/** What may be repeated of a path: an id that is none of ours may be anything, a name among it. */
export const OWN_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** What a path is about: '/v1/cases/:id/seals' is about a case. */
export const typeIn = (route: string): string =>
  (route.split('/')[2] ?? '').replace(/(?<!s)s$/, '');

/** The id in a path, as it stands there. */
export function idIn({ params }: Pick<FastifyRequest, 'params'>): string | undefined {
  const { id, version } = params as { id?: string; version?: string };
  return id ?? version;
}

/** What a request is about that was refused: null where its path names nothing of ours. */
export function ownObject(
  request: Pick<FastifyRequest, 'params' | 'routeOptions'>,
  type = typeIn(request.routeOptions.url ?? ''),
): AuditObject | null {
  const id = idIn(request);
  return id !== undefined && OWN_ID.test(id) ? { type, id } : null;
}
