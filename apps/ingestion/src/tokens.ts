import { type IdentifierType } from '#domain';
import { type SealedIdentity } from '#identity';
import { refusal, refuseAs } from './row-refusal';

/** An identifier made safe; sealed only where its sealed form is not known to be stored. */
export interface SafeIdentifier {
  readonly token: string;
  readonly identity: SealedIdentity | null;
}

/** Makes an identifier safe. Throws AppError INVALID_INPUT where it cannot be one of its type. */
export type MakeSafe = (type: IdentifierType, text: string) => SafeIdentifier;

/** The fields of a group, each with the type of identifier that it holds. */
export type IdentifierFields<Field extends string> = readonly (readonly [Field, IdentifierType])[];

/** Gathers the sealed identities of one row while its identifiers become tokens. */
export class Tokens {
  readonly identities: SealedIdentity[] = [];

  constructor(private readonly makeSafe: MakeSafe) {}

  of(type: IdentifierType, text: string, path: string): string {
    // One token for every blank would make strangers look like one person.
    if (text.trim() === '') throw refusal(path, 'must not be blank');
    const { token, identity } = refuseAs(path, () => this.makeSafe(type, text));
    if (identity !== null) this.identities.push(identity);
    return token;
  }

  /** The tokens of a group of identifiers, such as a device's; null where it has none. */
  group<Field extends string>(
    fields: IdentifierFields<Field>,
    values: Readonly<Partial<Record<Field, string | null>>> | null | undefined,
    path: string,
  ): Partial<Record<Field, string>> | null {
    if (values == null) return null;
    let read: Partial<Record<Field, string>> | null = null;
    for (const [field, type] of fields) {
      const text = values[field];
      if (text == null) continue;
      read ??= {};
      read[field] = this.of(type, text, `${path}/${field}`);
    }
    return read;
  }
}
