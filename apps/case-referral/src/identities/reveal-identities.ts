import { Injectable } from '@nestjs/common';
import { audit } from '#audit';
import { type IdentifierType, walletKey } from '#domain';
import { IdentityVault, type Staff } from '#identity';
import { AccessRepository } from '../access/access.repository';
import { caseReader } from '../access/case-reader';
import { aboutOneself } from '../audit/about-oneself';
import { auditActor } from '../audit/audit-actor';
import { notFound } from '../page/known-id';
import { IdentityRepository } from './identity.repository';
import { type RevealInput } from './reveal-answer';

/** A wallet has one holder; what is beyond is a mistake of a feed's. */
const IDENTITIES_SHOWN_MAX = 100;

export interface Revealed {
  readonly identities: readonly { readonly type: IdentifierType; readonly value: string | null }[];
  readonly truncated: boolean;
}

/** Shows who holds a wallet, to whoever reads the case and says why. */
@Injectable()
export class RevealIdentities {
  constructor(
    private readonly identities: IdentityRepository,
    private readonly access: AccessRepository,
    private readonly vault: IdentityVault,
  ) {}

  /** @throws AppError NOT_FOUND where there is no such case for the reader */
  async run(
    caseId: string,
    { provider, walletId, purpose, reason }: RevealInput,
    actor: Staff,
  ): Promise<Revealed> {
    return this.identities.transaction(async (manager) => {
      const found = await this.access.lock(manager, caseId, caseReader(actor));
      if (found === null) throw notFound('case');
      const wallet = { provider, walletId };
      const rowsMax = IDENTITIES_SHOWN_MAX + 1;
      const rows = await this.identities.ofWallet(manager, found.caseId, wallet, rowsMax);
      const shown = rows.slice(0, IDENTITIES_SHOWN_MAX);
      const tokens = shown.map(({ token }) => token);
      await audit(manager, {
        ...{ act: 'reveal identities', outcome: 'done', actor: auditActor(actor), reason },
        object: { type: 'case', id: found.caseId },
        // What was typed in vain may be anything, a person's number among it.
        details: {
          wallet: tokens.length > 0 ? wallet : this.vault.token('name', walletKey(wallet)),
          ...{ purpose, tokens },
          ...aboutOneself(actor, tokens),
        },
      });
      return {
        identities: shown.map(({ type, token, sealed, erased }) => ({
          type,
          value: erased ? null : this.vault.open(token, sealed),
        })),
        truncated: rows.length > shown.length,
      };
    });
  }
}
