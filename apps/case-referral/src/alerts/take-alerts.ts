import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { type AlertEvent, type EvidenceTransfer } from '#contracts';
import { transferKey } from '#domain';
import { CaseReferralConfig } from '../case-referral-config';
import { CaseBook } from '../cases/case-book';
import { CaseRepository } from '../cases/case.repository';
import { AlertRepository, type PlacedAlert } from './alert.repository';

/** An alert as it was told, and at which place in the outbox. */
export interface ToldAlert {
  readonly event: AlertEvent;
  readonly position: number;
}

/** Cases that something was told of. */
export interface TouchedCases {
  readonly founded: readonly string[];
  readonly changed: readonly string[];
}

/** No transfer's key begins like this. */
const operationLink = (id: string): string => `\n${id}`;

const linksOf = ({ alert, evidence }: AlertEvent): string[] => [
  ...evidence.map(transferKey),
  ...alert.operationIds.map(operationLink),
];

/** Takes alerts, and revisions of them, into the cases they belong to. */
@Injectable()
export class TakeAlerts {
  constructor(
    private readonly alerts: AlertRepository,
    private readonly cases: CaseRepository,
    private readonly config: CaseReferralConfig,
  ) {}

  /**
   * Takes what a batch of events tells of alerts, in its order, with as many statements as one alert would take. A revision
   * that is not newer than what is stored changes nothing.
   */
  async run(manager: EntityManager, told: readonly ToldAlert[]): Promise<TouchedCases> {
    if (told.length === 0) return { founded: [], changed: [] };
    const transfers = new Map<string, EvidenceTransfer>();
    const operations = new Map<string, string>();
    for (const { event } of told) {
      for (const transfer of event.evidence) transfers.set(transferKey(transfer), transfer);
      for (const id of event.alert.operationIds) operations.set(operationLink(id), id);
    }
    const book = await this.openBook(
      manager,
      told,
      [...transfers.values()],
      [...operations.values()],
    );
    const taken = new Map<string, Omit<PlacedAlert, 'caseId'>>();
    for (const { event, position } of told) {
      const { alert } = event;
      const { id, revision } = alert;
      const firstAtMs = Date.parse(alert.firstAt);
      if (!book.take({ id, revision, firstAtMs, links: linksOf(event) })) continue;
      taken.set(id, { alert, listedAt: taken.get(id)?.listedAt ?? position });
    }
    await this.cases.open(manager, book.newCases, this.config.CASE_UNIT ?? null);
    await this.cases.makeOlder(manager, book.olderCases);
    for (const [into, absorbed] of book.merged) await this.cases.merge(manager, into, absorbed);
    const placed = [...taken.values()].map((item) => ({
      ...item,
      caseId: book.caseOf(item.alert.id),
    }));
    await this.alerts.save(manager, placed);
    const links = book.newLinks;
    const ofKind = <T>(kind: ReadonlyMap<string, T>): (readonly [T, string])[] =>
      links.flatMap(([link, caseId]) =>
        kind.has(link) ? [[kind.get(link)!, caseId] as const] : [],
      );
    await this.cases.gatherTransfers(manager, ofKind(transfers));
    await this.cases.gatherOperations(manager, ofKind(operations));
    const founded = new Set(book.newCases.map(({ id }) => id));
    const touched = [...new Set(placed.map(({ caseId }) => caseId))];
    return {
      founded: touched.filter((id) => founded.has(id)),
      changed: touched.filter((id) => !founded.has(id)),
    };
  }

  /** What is stored of all that was told of; its cases are locked. */
  private async openBook(
    manager: EntityManager,
    told: readonly ToldAlert[],
    transfers: readonly EvidenceTransfer[],
    operationIds: readonly string[],
  ): Promise<CaseBook> {
    const alertIds = [...new Set(told.map(({ event }) => event.alert.id))];
    const alerts = await this.alerts.known(manager, alertIds);
    const ofTransfers = await this.cases.ofTransfers(manager, transfers);
    const ofOperations = await this.cases.ofOperations(manager, operationIds);
    const links = [
      ...ofTransfers.map(([transfer, caseId]) => [transferKey(transfer), caseId] as const),
      ...ofOperations.map(([id, caseId]) => [operationLink(id), caseId] as const),
    ];
    const caseIds = new Set(alerts.map(({ caseId }) => caseId));
    for (const [, caseId] of links) caseIds.add(caseId);
    return new CaseBook({ alerts, links, cases: await this.cases.lockOpen(manager, [...caseIds]) });
  }
}
