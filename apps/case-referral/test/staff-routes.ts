import { type Act } from '#identity';
import { type RunningCaseReferral } from './running-case-referral';

/** A route that only staff may use. */
export interface StaffRoute {
  readonly method: 'GET' | 'POST';
  /** As it is described: /v1/cases/{id}. */
  readonly path: string;
  readonly act: Act;
}

/** Each route of the service that is for staff, by its own description. */
export const routesOf = ({ paths }: Pick<RunningCaseReferral, 'paths'>): StaffRoute[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => {
      const { 'x-act': act } = operation as { 'x-act'?: Act };
      return act === undefined ? [] : [{ method: method.toUpperCase() as 'GET', path, act }];
    }),
  );

const because = { reason: 'asked' };
/** What routes take that name something by its id, by the last part of their paths. */
export const BODIES: Readonly<Record<string, object>> = {
  dispositions: { outcome: 'REFUTED', ...because },
  seals: { sealed: true, ...because },
  handovers: { unit: 'north', ...because },
  memberships: { staffId: 'ana', member: true, ...because },
  'break-glass': { purpose: 'REVIEW', ...because },
  releases: because,
  'legal-holds': { authority: 'a court', ...because },
  reviews: { outcome: 'JUSTIFIED', ...because },
  reveals: { provider: 'p', walletId: 'w', purpose: 'REVIEW', ...because },
};
