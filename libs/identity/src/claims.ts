import { AppError } from '#domain';
import { isStaffRole, type StaffRole } from './roles';
import { isPlainName, type Staff } from './staff';

/** Where an issuer says what of a person: names of claims; dots lead into them (`realm_access.roles`). */
export interface ClaimNames {
  readonly roles: string;
  readonly unit: string;
  readonly provider: string;
}

/** More is not looked at: directories list hundreds of groups of a person. */
const ROLES_LOOKED_AT_MAX = 500;

function claimAt(claims: Readonly<Record<string, unknown>>, name: string): unknown {
  // A claim may have dots in its own name, as those that are URLs do.
  if (Object.hasOwn(claims, name)) return claims[name];
  let at: unknown = claims;
  for (const part of name.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined;
    at = (at as Record<string, unknown>)[part];
  }
  return at;
}

/** A list, or a text with spaces between (RFC 8693). Names that are no roles of ours are others' business. */
function rolesOf(claim: unknown): StaffRole[] {
  const names = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : [];
  return [...new Set(names.slice(0, ROLES_LOOKED_AT_MAX).filter(isStaffRole))];
}

/**
 * A person, as an issuer describes them.
 *
 * @throws AppError UNAUTHENTICATED where they have no usable name
 */
export function staffOf(claims: Readonly<Record<string, unknown>>, names: ClaimNames): Staff {
  const { sub } = claims;
  if (!isPlainName(sub)) throw new AppError('UNAUTHENTICATED', 'the token names nobody');
  const unit = claimAt(claims, names.unit);
  const provider = claimAt(claims, names.provider);
  return {
    id: sub,
    roles: rolesOf(claimAt(claims, names.roles)),
    unit: isPlainName(unit) ? unit : null,
    provider: isPlainName(provider) ? provider : null,
  };
}
