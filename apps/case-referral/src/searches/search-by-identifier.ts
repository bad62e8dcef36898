import { Injectable } from '@nestjs/common';
import { type AuditObject, AuditTrail } from '#audit';
import { IdentityVault, type Staff } from '#identity';
import { type Told } from '#platform';
import { caseReader } from '../access/case-reader';
import { aboutOneself } from '../audit/about-oneself';
import { auditActor } from '../audit/audit-actor';
import { CaseRepository } from '../cases/case.repository';
import { toCaseAnswer } from '../cases/to-case-answer';
import { OperationRepository } from '../operations/operation.repository';
import { walletMatch } from '../operations/wallet-match';
import { type SearchAnswer, type SearchInput } from './search-answer';

/** Somebody who is in more is looked for in the lists. */
const SHOWN_MAX = 50;

/** Finds what is known of a wallet or an identifier, as far as the reader may see it. It is never shown again, nor kept but as a token. */
@Injectable()
export class SearchByIdentifier {
  constructor(
    private readonly operations: OperationRepository,
    private readonly cases: CaseRepository,
    private readonly vault: IdentityVault,
    private readonly trail: AuditTrail,
  ) {}

  /** @throws AppError INVALID_INPUT where it can be no identifier of that type */
  async run(input: SearchInput, actor: Staff): Promise<Told<SearchAnswer>> {
    const { type, value, provider, purpose, reason } = input;
    const match = type === 'wallet' ? walletMatch(value, provider) : this.vault.token(type, value);
    const nowMs = (await this.cases.latestEventTimeMs(null)) ?? 0;
    const operations = await this.operations.knownBy(match, SHOWN_MAX + 1);
    const cases = await this.cases.naming(match, caseReader(actor), SHOWN_MAX + 1);
    const answer = {
      operations: operations.slice(0, SHOWN_MAX),
      cases: cases.slice(0, SHOWN_MAX).map((row) => toCaseAnswer(row, nowMs)),
      truncated: Math.max(operations.length, cases.length) > SHOWN_MAX,
    };
    const shown = answer.operations.length + answer.cases.length;
    await this.trail.note({
      ...{ act: 'search by identifier', outcome: 'done', actor: auditActor(actor), reason },
      object: this.sought(input, match, shown > 0),
      details: { purpose, shown, ...aboutOneself(actor, [match]) },
    });
    return answer;
  }

  /** A wallet that is known stands in cases by that name; what was typed in vain may be anything, a person's number among it. */
  private sought(
    { type, provider, value }: SearchInput,
    match: string,
    isKnown: boolean,
  ): AuditObject {
    if (type !== 'wallet') return { type: 'identity', id: match };
    return { type, id: isKnown ? `${provider}/${value}` : this.vault.token('name', match) };
  }
}
