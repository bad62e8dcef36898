import { Injectable } from '@nestjs/common';
import { invariant } from '#domain';
import { type Told } from '#platform';
import { type CaseReader } from '../access/case-reader';
import { type Purpose, requirePurpose } from '../access/purpose';
import { notFound } from '../page/known-id';
import { ReferralRepository } from '../referrals/referral.repository';
import { type CaseDetailAnswer } from './case-answer';
import { drawCase } from './case-picture';
import { isUrgent, summarise } from './case-summary';
import { CaseMaterialRepository } from './case-material.repository';
import { CaseRepository } from './case.repository';

/** Transfers, and wallets, that one answer holds. Beyond it they are counted; sums and roles are always over all. */
export const SHOWN_MAX = 10_000;

/** Reads one case, drawn from what is stored at this moment. */
@Injectable()
export class ReadCase {
  constructor(
    private readonly cases: CaseRepository,
    private readonly materials: CaseMaterialRepository,
    private readonly referrals: ReferralRepository,
  ) {}

  /**
   * The id of a case that was merged gives the case that goes on, under that one's own id.
   *
   * @throws AppError NOT_FOUND also where it is none of the reader's; PRECONDITION_FAILED where it is sealed and nobody says why
   */
  async run(
    id: string,
    reader: CaseReader,
    purpose: Purpose | null,
  ): Promise<Told<CaseDetailAnswer>> {
    return this.cases.snapshot(async (manager) => {
      const file = await this.cases.resolve(manager, id, reader);
      if (file === null) throw notFound('case');
      requirePurpose(file.sealed, purpose);
      const material = await this.materials.load(manager, file.id);
      const picture = drawCase(material);
      const nowMs = await this.cases.latestEventTimeMs(manager);
      invariant(nowMs !== null, 'a case has a time');
      return {
        ...summarise(picture),
        urgent: isUrgent(picture, nowMs),
        sealed: file.sealed,
        operations: picture.operations,
        alertIds: picture.alertIds,
        wallets: picture.wallets.slice(0, SHOWN_MAX),
        walletsOmitted: Math.max(0, picture.wallets.length - SHOWN_MAX),
        transfers: picture.transfers.slice(0, SHOWN_MAX),
        transfersOmitted: Math.max(0, picture.transfers.length - SHOWN_MAX),
        referrals: await this.referrals.ofCase(manager, file.id),
        mergedFrom: await this.cases.mergedFrom(manager, file.id),
        // The list may be behind.
        revision: material.revision,
      };
    });
  }
}
