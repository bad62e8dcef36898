/**
 * What people are here for. One person may have several, but never approves what they proposed themselves.
 *
 * - analyst: looks at what detection found, and proposes
 * - senior: an analyst who also decides who reads a case, and switches a typology off
 * - approver: decides about what others proposed
 * - investigating-officer: of the investigating agency; takes referrals on
 * - director, director-general: of the investigating agency; approve as the law wants it
 * - fmu-liaison, agency-liaison: of an agency beside it, the financial monitoring unit among them
 * - compliance-officer: of one wallet provider, and sees that provider alone
 * - auditor: reads what everybody did, and no case
 * - administrator: keeps the platform running, and reads no case
 */
export const STAFF_ROLES = [
  'analyst',
  'senior',
  'approver',
  'investigating-officer',
  'director',
  'director-general',
  'fmu-liaison',
  'agency-liaison',
  'compliance-officer',
  'auditor',
  'administrator',
] as const;
export type StaffRole = (typeof STAFF_ROLES)[number];

export const isStaffRole = (text: unknown): text is StaffRole =>
  STAFF_ROLES.some((role) => role === text);

/** Whoever decides about others' proposals may propose too: never the same one. */
const ANALYSTS = ['analyst', 'senior', 'approver'] as const;
const CASE_WORKERS = [...ANALYSTS, 'investigating-officer'] as const;
const DIRECTORS = ['director', 'director-general'] as const;
const CASE_READERS = [...CASE_WORKERS, ...DIRECTORS] as const;
const DECIDERS = ['approver', ...DIRECTORS] as const;

/**
 * Everything that staff can do, and who may. Whoever is not named may not: this is the only place that says so, and a test asks every
 * route as everyone.
 */
export const WHO_MAY = {
  'be signed in': STAFF_ROLES,
  'read the overview': CASE_READERS,
  'read alerts': CASE_READERS,
  'find on alerts': CASE_WORKERS,
  'read cases': CASE_READERS,
  'reveal identities': CASE_WORKERS,
  'search by identifier': CASE_READERS,
  'decide who reads cases': ['senior', ...DECIDERS],
  'break the glass': CASE_READERS,
  'review broken glass': DECIDERS,
  'propose referrals': ANALYSTS,
  'read referrals': CASE_READERS,
  'approve referrals': DECIDERS,
  'read operations': [...CASE_READERS, 'fmu-liaison', 'agency-liaison'],
  'register operations': [...CASE_WORKERS, 'agency-liaison'],
  'read detection': [...CASE_READERS, 'auditor', 'administrator'],
  'compare rule packs': CASE_READERS,
  'propose rule packs': ANALYSTS,
  'activate rule packs': DECIDERS,
  'switch typologies': ['senior', ...DECIDERS],
  'run backtests': ANALYSTS,
  'propose erasures': ['senior', 'approver'],
  'approve erasures': DECIDERS,
  'place legal holds': ['senior', 'investigating-officer', ...DECIDERS],
  'release legal holds': DECIDERS,
  'read own provider': ['compliance-officer'],
  'read the audit trail': ['auditor'],
} as const satisfies Readonly<Record<string, readonly StaffRole[]>>;

export type Act = keyof typeof WHO_MAY;

export const ACTS = Object.keys(WHO_MAY) as readonly Act[];

/** Whether somebody with these roles may do that. */
export const may = (roles: readonly StaffRole[], act: Act): boolean => {
  const allowed: readonly StaffRole[] = WHO_MAY[act];
  return roles.some((role) => allowed.includes(role));
};
