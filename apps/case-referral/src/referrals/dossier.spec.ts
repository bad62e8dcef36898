import fc from 'fast-check';
import { type EvidenceTransfer } from '#contracts';
import { alertOver, at, paid, someTransfers } from '../../test/evidence';
import { drawCase } from '../cases/case-picture';
import { contentHash, DOSSIER_TRANSFERS_MAX, drawUpDossier, type ReferredCase } from './dossier';

const CASE_ID = '7d1f8ac4-5e0e-5c0c-8f7b-2d9a6a7f3a11';

function referred(transfers: readonly EvidenceTransfer[], revision = 3): ReferredCase {
  const half = Math.ceil(transfers.length / 2);
  const alerts = [
    alertOver('b', transfers.slice(half - 1)),
    alertOver('a', transfers.slice(0, half)),
  ];
  const picture = drawCase({
    id: CASE_ID,
    revision,
    alerts,
    transfers,
    positions: [],
    figures: [],
    operationIds: [],
    operations: [],
  });
  return { picture, revision, alerts };
}

describe('a dossier', () => {
  it('holds every transfer that a signal relies on, and its totals reconcile', () => {
    fc.assert(
      fc.property(someTransfers(['PKR', 'USD']), (transfers) => {
        const dossier = drawUpDossier(referred(transfers), 'ana', 0);
        const scheduled = new Set(dossier.transferSchedule.map(({ transferId }) => transferId));
        for (const { transfers: reliedOn } of dossier.signals) {
          for (const { transferId } of reliedOn) expect(scheduled).toContain(transferId);
        }
        expect(dossier.transferSchedule).toHaveLength(transfers.length);
        for (const total of dossier.totals) {
          expect(total.reconciles).toBe(true);
          const own = transfers.filter(({ currency }) => currency === total.currency);
          expect(total.transfers).toBe(own.length);
          expect(total.scheduleMinor).toBe(
            own.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
          );
        }
      }),
      { numRuns: 100 },
    );
  });

  it('is the same for the same case, author and time', () => {
    const transfers = [paid('v', 'm', 100, 0), paid('m', 'n', 90, 1)];
    const dossier = drawUpDossier(referred(transfers), 'ana', Date.parse(at(0)));
    expect(drawUpDossier(referred(transfers), 'ana', Date.parse(at(0)))).toEqual(dossier);
    expect(dossier).toMatchObject({
      schema: 'layerwatch.dossier.v1',
      header: {
        caseId: CASE_ID,
        caseRevision: 3,
        author: 'ana',
        proposedAt: at(0),
        dataCutOff: at(1),
        packs: [{ version: '1', hash: 'abc' }],
      },
      operationLinkage: {
        statement: 'No link to a known operation was found as of the data cut-off.',
      },
    });
    expect(dossier.grounds).toBe(
      `2 alerts of risk up to 70 of 100 (fan-in), resting on 2 transfers from ${at(0)} to ${at(1)}. ${dossier.narrative}`,
    );
  });

  it('says the same whoever proposes it and when, and something else when the case does', () => {
    const transfers = [paid('v', 'm', 100, 0), paid('m', 'n', 90, 1)];
    const hash = contentHash(drawUpDossier(referred(transfers), 'ana', 1));
    expect(contentHash(drawUpDossier(referred(transfers), 'ben', 2))).toBe(hash);
    expect(contentHash(drawUpDossier(referred(transfers, 4), 'ana', 1))).toBe(hash);
    const more = [...transfers, paid('n', 'o', 80, 2)];
    expect(contentHash(drawUpDossier(referred(more), 'ana', 1))).not.toBe(hash);
  });

  it('is refused for a case that it could not hold as a whole', () => {
    const one = referred([paid('v', 'm', 100, 0)]);
    const of = (count: number): ReferredCase => ({
      ...one,
      picture: { ...one.picture, transfers: Array(count).fill(one.picture.transfers[0]) },
    });
    expect(() => drawUpDossier(of(DOSSIER_TRANSFERS_MAX), 'ana', 0)).not.toThrow();
    expect(() => drawUpDossier(of(DOSSIER_TRANSFERS_MAX + 1), 'ana', 0)).toThrow(
      expect.objectContaining({ code: 'TOO_LARGE' }) as Error,
    );
  });
});
