import { Injectable } from '@nestjs/common';
import { audit } from '#audit';
import { AppError, invariant } from '#domain';
import { type Staff } from '#identity';
import { packHash, parseRulePack } from '#typologies';
import { auditActor } from '../audit/audit-actor';
import { type ListedRulePack, RulePackRepository } from './rule-pack.repository';

/** Takes a document as a rule pack that may be activated. Nothing is judged by it until it is. */
@Injectable()
export class ProposeRulePack {
  constructor(private readonly packs: RulePackRepository) {}

  /**
   * Proposing the same again changes nothing.
   *
   * @throws AppError INVALID_INPUT with every problem of the document; CONFLICT where its version says something else
   */
  async run(document: unknown, actor: Staff): Promise<{ created: boolean; pack: ListedRulePack }> {
    const parsed = parseRulePack(document);
    const { version } = parsed;
    const hash = packHash(parsed);
    return this.packs.inTurn(async (manager) => {
      const created = await this.packs.add(manager, {
        ...{ version, hash, document: parsed, status: 'PROPOSED', proposedBy: actor.id },
      });
      const pack = await this.packs.findListed(manager, version);
      invariant(pack !== null, 'what was stored is there');
      if (pack.hash !== hash) {
        throw new AppError(
          'CONFLICT',
          'there is a pack of this version that says something else: what a version says never changes',
        );
      }
      if (created) {
        await audit(manager, {
          ...{ act: 'propose rule packs', outcome: 'done', actor: auditActor(actor) },
          object: { type: 'rule-pack', id: version },
          before: null,
          after: { hash },
        });
      }
      return { created, pack };
    });
  }
}
