import { AppError, type IdentifierType } from '#domain';
import { isStaffRole, type StaffRole } from './roles';
import { isPlainName, type Staff } from './staff';

/** Where an issuer says what of a person: names of claims; dots lead into them (`realm_access.roles`). */
export interface ClaimNames {
  readonly roles: string;
  readonly unit: string;
  readonly provider: string;
  /** Of their own numbers, each with what it is. */
  readonly own: readonly (readonly [claim: string, type: IdentifierType])[];
}

/** What an identifier is matched by. @throws AppError INVALID_INPUT where it can be none of that type */
export type TokenOf = (type: IdentifierType, text: string) => string;

/** More is not looked at: directories list hundreds of groups of a person. */
const ROLES_LOOKED_AT_MAX = 500;
/** Numbers of one person. */
const OWN_MAX = 10;

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

/** Tokens of a person's own numbers: what can be none of that type is somebody's mistake at the issuer, and nobody is kept out for it. */
function ownTokens(
  claims: Readonly<Record<string, unknown>>,
  names: ClaimNames['own'],
  tokenOf: TokenOf,
): string[] {
  const told = names.flatMap(([name, type]) => {
    const claim = claimAt(claims, name);
    const texts: unknown[] = Array.isArray(claim) ? claim : [claim];
    return texts.filter((text) => typeof text === 'string').map((text) => [type, text] as const);
  });
  return told.slice(0, OWN_MAX).flatMap(([type, text]) => {
    try {
      return [tokenOf(type, text)];
    } catch (error) {
      if (error instanceof AppError) return [];
      throw error;
    }
  });
}

/**
 * A person, as an issuer describes them.
 *
 * @throws AppError UNAUTHENTICATED where they have no usable name
 */
export function staffOf(
  claims: Readonly<Record<string, unknown>>,
  names: ClaimNames,
  tokenOf: TokenOf,
): Staff {
  const { sub } = claims;
  if (!isPlainName(sub)) throw new AppError('UNAUTHENTICATED', 'the token names nobody');
  const unit = claimAt(claims, names.unit);
  const provider = claimAt(claims, names.provider);
  return {
    id: sub,
    roles: rolesOf(claimAt(claims, names.roles)),
    unit: isPlainName(unit) ? unit : null,
    provider: isPlainName(provider) ? provider : null,
    ownTokens: ownTokens(claims, names.own, tokenOf),
  };
}
