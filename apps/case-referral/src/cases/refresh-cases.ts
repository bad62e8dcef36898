import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { drawCase } from './case-picture';
import { fingerprintOf, summarise } from './case-summary';
import { CaseMaterialRepository } from './case-material.repository';
import { CaseRepository, type SavedCase } from './case.repository';

/** Cases in memory at once. */
const CASES_AT_ONCE_MAX = 50;

/** Draws cases anew and stores what the list shows of them. */
@Injectable()
export class RefreshCases {
  constructor(
    private readonly cases: CaseRepository,
    private readonly materials: CaseMaterialRepository,
  ) {}

  /** Cases that were merged away are left as they are. */
  async run(manager: EntityManager, caseIds: readonly string[]): Promise<void> {
    if (caseIds.length === 0) return;
    // All are locked before the first is read, in one order: two who refresh the same cases wait, and never in a circle.
    const files = await this.cases.lock(manager, caseIds);
    for (let start = 0; start < files.length; start += CASES_AT_ONCE_MAX) {
      const some = files.slice(start, start + CASES_AT_ONCE_MAX);
      const materials = await this.materials.loadAll(
        manager,
        some.map(({ id }) => id),
      );
      const changed = some.flatMap(({ revision, fingerprint }, index): SavedCase[] => {
        const material = materials[index]!;
        const picture = drawCase(material);
        const now = fingerprintOf(picture, material.alerts);
        if (now === fingerprint && material.revision === revision) return [];
        return [{ summary: summarise(picture), revision: material.revision, fingerprint: now }];
      });
      await this.cases.save(manager, changed);
    }
  }

  async ofOperation(manager: EntityManager, operationId: string): Promise<void> {
    const caseId = await this.cases.ofOperation(manager, operationId);
    if (caseId !== null) await this.run(manager, [caseId]);
  }
}
