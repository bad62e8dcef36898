import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { type EvidenceTransfer } from '#contracts';
import { invariant, isExit, type LegalValue, walletKey, type WalletRef } from '#domain';
import { type ToldPosition } from '../alerts/alert.repository';
import { OperationRepository } from '../operations/operation.repository';
import { type AlertFigures, type CaseAlert, type CaseMaterial } from './case-material';
import { groupBy } from './group-by';

interface InCase<T> {
  readonly case_id: string;
  readonly body: T;
}

const add = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);

const walletsOf = (transfers: readonly EvidenceTransfer[]): WalletRef[] =>
  distinct(transfers.flatMap(({ debtor, creditor }) => [debtor, creditor]));

/** Wallets that may hold something: an exit's money is gone. */
const holdersOf = (transfers: readonly EvidenceTransfer[]): WalletRef[] =>
  distinct(
    transfers.filter((transfer) => !isExit(transfer)).map(({ creditor }): WalletRef => creditor),
  );

const distinct = (wallets: readonly WalletRef[]): WalletRef[] => [
  ...new Map(wallets.map((wallet) => [walletKey(wallet), wallet])).values(),
];

/** Cases in which a wallet received whose first position has not come. */
function withoutPosition(
  transfers: readonly InCase<EvidenceTransfer>[],
  positions: ReadonlyMap<string, readonly ToldPosition[]>,
): string[] {
  const hasNone = ({ body }: InCase<EvidenceTransfer>): boolean =>
    !isExit(body) &&
    !positions
      .get(walletKey(body.creditor))
      ?.some(({ position }) => position.currency === body.currency);
  return [...new Set(transfers.filter(hasNone).map(({ case_id }) => case_id))];
}

/** The hash of the pack by which the alert that was told of last was judged; of two equally late ones, the one with the later id. */
function lastJudgedBy(alerts: readonly CaseAlert[]): string {
  const [last] = [...alerts].sort(
    (a, b) => Date.parse(b.updatedAt) - Date.parse(a.updatedAt) || (a.id < b.id ? 1 : -1),
  );
  invariant(last !== undefined, 'a case has an alert');
  return last.pack.hash;
}

/** Gathers what cases are drawn from. */
@Injectable()
export class CaseMaterialRepository {
  constructor(private readonly operations: OperationRepository) {}

  /** @param manager as for {@link loadAll} */
  async load(manager: EntityManager, id: string): Promise<CaseMaterial> {
    const [material] = await this.loadAll(manager, [id]);
    invariant(material !== undefined, 'each case asked for is given');
    return material;
  }

  /**
   * Several at once: as many questions to the database as for one.
   *
   * @param manager a transaction that holds the cases' rows, or a snapshot: else the parts may not fit together
   */
  async loadAll(manager: EntityManager, ids: readonly string[]): Promise<CaseMaterial[]> {
    const alerts: InCase<CaseAlert>[] = await manager.query(
      'select case_id, summary as body from referral.alert where case_id = any($1::uuid[]) order by id',
      [ids],
    );
    const transfers: InCase<EvidenceTransfer>[] = await manager.query(
      'select case_id, body from referral.case_transfer where case_id = any($1::uuid[])',
      [ids],
    );
    const links: { case_id: string; operation_id: string }[] = await manager.query(
      'select case_id, operation_id from referral.case_operation where case_id = any($1::uuid[])',
      [ids],
    );
    const all = transfers.map(({ body }) => body);
    const positions = await this.positions(manager, holdersOf(all));
    const figures = await this.figures(manager, withoutPosition(transfers, positions));
    const operations = await this.operations.linked(
      manager,
      links.map(({ operation_id }) => operation_id),
      walletsOf(all),
    );
    const overlays = await this.overlays(
      manager,
      alerts.map(({ body }) => body.pack.hash),
    );
    const alertsOf = groupBy(alerts, ({ case_id }) => case_id);
    const transfersOf = groupBy(transfers, ({ case_id }) => case_id);
    return ids.map((id): CaseMaterial => {
      const own = (transfersOf.get(id) ?? []).map(({ body }) => body);
      const wallets = new Set(walletsOf(own).map(walletKey));
      const operationIds = links
        .filter(({ case_id }) => case_id === id)
        .map(({ operation_id }) => operation_id);
      const linked = operations
        .filter((operation) => operationIds.includes(operation.id))
        .map((operation) => ({
          ...operation,
          // Known by wallets of another case too, perhaps: only this one's are named.
          wallets: operation.wallets.filter((wallet) => wallets.has(walletKey(wallet))),
        }));
      const caseAlerts = (alertsOf.get(id) ?? []).map(({ body }) => body);
      const told = holdersOf(own).flatMap((wallet) => positions.get(walletKey(wallet)) ?? []);
      return {
        id,
        revision:
          add(caseAlerts.map(({ revision }) => revision)) +
          add(told.map(({ times }) => times)) +
          add(linked.flatMap(({ indicators }) => indicators.map(({ count }) => count))),
        alerts: caseAlerts,
        transfers: own,
        positions: told.map(({ position }) => position),
        figures: (figures.get(id) ?? []).map(({ body }) => body),
        operationIds,
        operations: linked,
        overlay: overlays.get(lastJudgedBy(caseAlerts)),
      };
    });
  }

  /** What the law says by each of these packs, by hash; none of one that is not known here. */
  private async overlays(
    manager: EntityManager,
    hashes: readonly string[],
  ): Promise<Map<string, readonly LegalValue[]>> {
    const rows: { hash: string; overlay: readonly LegalValue[] }[] = await manager.query(
      `select hash, document -> 'overlay' as overlay from intel.rule_pack where hash = any ($1::text[])`,
      [[...new Set(hashes)]],
    );
    return new Map(rows.map(({ hash, overlay }) => [hash, overlay]));
  }

  /** What the alerts of these cases say of their wallets: most of an alert, and seldom asked for. */
  private async figures(
    manager: EntityManager,
    ids: readonly string[],
  ): Promise<Map<string, InCase<AlertFigures>[]>> {
    if (ids.length === 0) return new Map();
    const rows: InCase<AlertFigures>[] = await manager.query(
      `select case_id,
              json_build_object('id', id, 'updatedAt', body -> 'updatedAt', 'wallets', body -> 'wallets') as body
       from referral.alert where case_id = any($1::uuid[]) order by id`,
      [ids],
    );
    return groupBy(rows, ({ case_id }) => case_id);
  }

  private async positions(
    manager: EntityManager,
    wallets: readonly WalletRef[],
  ): Promise<Map<string, ToldPosition[]>> {
    const rows: ToldPosition[] = await manager.query(
      `select p.body as position, p.told as times from unnest($1::text[], $2::text[]) as told(provider, wallet_id)
       join referral.wallet_position p using (provider, wallet_id)`,
      [wallets.map(({ provider }) => provider), wallets.map(({ walletId }) => walletId)],
    );
    return groupBy(rows, ({ position }) => walletKey(position));
  }
}
