import { type EventTimeMs } from '#domain';
import { groupBy } from './group-by';
import { type OpenCase, placeAlert } from './case-placement';

/** An alert to be placed, or a revision of one. */
export interface AlertToPlace {
  readonly id: string;
  readonly revision: number;
  readonly firstAtMs: EventTimeMs;
  /** What alerts of one case share: transfers and operations, by whatever keys. */
  readonly links: readonly string[];
}

/** What is stored of the alerts of a batch and of their links. What is not named here is new. */
export interface StoredPlaces {
  readonly alerts: readonly {
    readonly id: string;
    readonly revision: number;
    readonly caseId: string;
  }[];
  readonly links: readonly (readonly [link: string, caseId: string])[];
  /** Every case that is named by the others. */
  readonly cases: readonly OpenCase[];
}

/**
 * Places the alerts of a batch, one after the other, without a question to the store in between. What comes of them is as if
 * each had been stored before the next came.
 */
export class CaseBook {
  private readonly revisions = new Map<string, number>();
  private readonly ofAlert = new Map<string, string>();
  private readonly ofLink = new Map<string, string>();
  private readonly linked = new Set<string>();
  private readonly cases = new Map<string, OpenCase>();
  private readonly goesOnIn = new Map<string, string>();
  private readonly founded = new Set<string>();
  private readonly madeOlder = new Set<string>();

  constructor({ alerts, links, cases }: StoredPlaces) {
    for (const { id, revision, caseId } of alerts) {
      this.revisions.set(id, revision);
      this.ofAlert.set(id, caseId);
    }
    for (const [link, caseId] of links) this.ofLink.set(link, caseId);
    for (const openCase of cases) this.cases.set(openCase.id, openCase);
  }

  /** @returns false where the alert is known as new as this or newer: then nothing comes of it */
  take({ id, revision, firstAtMs, links }: AlertToPlace): boolean {
    if ((this.revisions.get(id) ?? 0) >= revision) return false;
    this.revisions.set(id, revision);
    const linked = new Set<OpenCase>();
    for (const caseId of [this.ofAlert.get(id), ...links.map((link) => this.ofLink.get(link))]) {
      if (caseId !== undefined) linked.add(this.cases.get(this.now(caseId))!);
    }
    const placed = placeAlert({ id, firstAtMs }, [...linked]);
    const known = this.cases.get(placed.id);
    if (known === undefined) this.founded.add(placed.id);
    else if (placed.openedAtMs < known.openedAtMs) this.madeOlder.add(placed.id);
    this.cases.set(placed.id, { id: placed.id, openedAtMs: placed.openedAtMs });
    for (const gone of placed.absorbed) this.goesOnIn.set(gone, placed.id);
    this.ofAlert.set(id, placed.id);
    for (const link of links) {
      if (!this.ofLink.has(link)) this.linked.add(link);
      this.ofLink.set(link, placed.id);
    }
    return true;
  }

  /** Of an alert that was taken. */
  caseOf(alertId: string): string {
    return this.now(this.ofAlert.get(alertId)!);
  }

  /** Links that lay in no case before. */
  get newLinks(): [link: string, caseId: string][] {
    return [...this.linked].map((link) => [link, this.now(this.ofLink.get(link)!)]);
  }

  /** Cases that were not there before, those too that another one took up at once. */
  get newCases(): OpenCase[] {
    return [...this.founded].map((id) => this.cases.get(id)!);
  }

  /** Cases that were there, and opened before the time that they had. */
  get olderCases(): OpenCase[] {
    return [...this.madeOlder]
      .filter((id) => !this.founded.has(id))
      .map((id) => this.cases.get(id)!);
  }

  /** By the case that goes on, those that go on in it. */
  get merged(): Map<string, string[]> {
    return groupBy(this.goesOnIn.keys(), (id) => this.now(id));
  }

  private now(caseId: string): string {
    let id = caseId;
    for (let next = this.goesOnIn.get(id); next !== undefined; next = this.goesOnIn.get(id))
      id = next;
    return id;
  }
}
