import { type StaffRole } from './roles';

/** Who is acting. */
export interface Staff {
  /** The issuer's `sub`, or the name that a key was given to. The audit trail and four eyes go by it. */
  readonly id: string;
  readonly roles: readonly StaffRole[];
  /** The office they work in: its cases are theirs to read. Null where it is not told. */
  readonly unit: string | null;
  /** Of a compliance officer, the wallet provider: all that they see is of it. */
  readonly provider: string | null;
  /** What their own numbers are matched by, as far as the issuer tells them: looking oneself up is noticed. */
  readonly ownTokens: readonly string[];
}

const STAFF_ID_LENGTH_MAX = 200;
const PLAIN = /^[^\p{Cc}\p{Cs}]+$/u;

/** Whether a text may name a person, a unit or a provider. */
export const isPlainName = (text: unknown): text is string =>
  typeof text === 'string' && text.length <= STAFF_ID_LENGTH_MAX && PLAIN.test(text);
