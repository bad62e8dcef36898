import { randomInt } from 'node:crypto';
import { AppError } from '#domain';
import { isStaffRole, STAFF_ROLES, type StaffRole } from './roles';
import { isPlainName } from './staff';

/** In the data folder of the embedded mode, for its owner only: the passwords are in it as they are typed. */
export const PEOPLE_FILE = 'people.json';
/** Beside it: what the local issuer signs with. */
export const ISSUER_FILE = 'issuer.json';

/** Somebody who signs in at the local issuer. Nobody real: the name is that of the role. */
export interface DemoPerson {
  readonly login: string;
  readonly password: string;
  readonly roles: readonly StaffRole[];
  readonly unit: string | null;
  readonly provider: string | null;
}

/** The office of those who have keys, and of the demo's cases. */
export const DEMO_UNIT = 'circle-1';
const OTHER_UNIT = 'circle-2';
const DEMO_PROVIDER = 'demo';
/** None of which looks like another. */
const PASSWORD_LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const PASSWORD_GROUPS = 3;
const PASSWORD_GROUP_LETTERS = 4;
const PEOPLE_MAX = 1_000;

/** Twelve letters, 59 bits: nobody guesses them through a page that has them wait. */
function newPassword(): string {
  const group = (): string =>
    Array.from({ length: PASSWORD_GROUP_LETTERS }, () => {
      return PASSWORD_LETTERS[randomInt(PASSWORD_LETTERS.length)]!;
    }).join('');
  return Array.from({ length: PASSWORD_GROUPS }, group).join('-');
}

/** One of each role, and a second analyst and approver in another office. */
export function newDemoPeople(): DemoPerson[] {
  const unitOf = (role: StaffRole): string | null =>
    ['analyst', 'senior', 'approver', 'investigating-officer'].includes(role) ? DEMO_UNIT : null;
  const person = (login: string, role: StaffRole, unit: string | null): DemoPerson => ({
    login,
    password: newPassword(),
    roles: [role],
    unit,
    provider: role === 'compliance-officer' ? DEMO_PROVIDER : null,
  });
  return [
    ...STAFF_ROLES.map((role) => person(role, role, unitOf(role))),
    person('analyst-2', 'analyst', OTHER_UNIT),
    person('approver-2', 'approver', OTHER_UNIT),
  ];
}

/** @throws AppError INVALID_INPUT saying what is wrong, never with what is there: it may be a password */
export function parsePeople(text: string, path: string): DemoPerson[] {
  const refuse = (): never => {
    throw new AppError(
      'INVALID_INPUT',
      `${path} holds no people to sign in; mend it, or move it away and new ones are made at the next start`,
    );
  };
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return refuse();
  }
  if (!Array.isArray(content) || content.length > PEOPLE_MAX) return refuse();
  const people = content as Readonly<Record<string, unknown>>[];
  const isPerson = ({ login, password, roles, unit, provider }: (typeof people)[number]): boolean =>
    isPlainName(login) &&
    isPlainName(password) &&
    Array.isArray(roles) &&
    roles.every(isStaffRole) &&
    [unit, provider].every((name) => name === null || isPlainName(name));
  const areAll = people.every(
    (one) => typeof one === 'object' && (one as unknown) !== null && isPerson(one),
  );
  return areAll ? (content as DemoPerson[]) : refuse();
}
