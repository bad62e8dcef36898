import fc from 'fast-check';
import { CaseBook, type AlertToPlace } from './case-book';
import { type OpenCase } from './case-placement';

/** Cases as the database keeps them: each alert and each link lies in exactly one. */
class Store {
  readonly ofAlert = new Map<string, string>();
  private readonly revisions = new Map<string, number>();
  private readonly ofLink = new Map<string, string>();
  private readonly cases = new Map<string, OpenCase & { goesOnIn?: string }>();

  /** Takes what was told, as one batch. */
  take(told: readonly AlertToPlace[]): void {
    const alerts = [...this.ofAlert].map(([id, caseId]) => ({
      ...{ id, caseId },
      revision: this.revisions.get(id)!,
    }));
    const book = new CaseBook({ alerts, links: [...this.ofLink], cases: [...this.cases.values()] });
    const taken = told.filter((alert) => book.take(alert));
    for (const one of book.newCases) {
      expect(this.cases.has(one.id)).toBe(false);
      this.cases.set(one.id, one);
    }
    for (const one of book.olderCases) {
      expect(one.openedAtMs).toBeLessThan(this.cases.get(one.id)!.openedAtMs);
      this.cases.set(one.id, { ...this.cases.get(one.id)!, ...one });
    }
    for (const [into, absorbed] of book.merged) this.merge(into, absorbed);
    for (const { id, revision } of taken) {
      this.revisions.set(id, revision);
      this.ofAlert.set(id, book.caseOf(id));
    }
    for (const [link, caseId] of book.newLinks) {
      expect(this.ofLink.has(link)).toBe(false);
      this.ofLink.set(link, caseId);
    }
  }

  private merge(into: string, absorbed: readonly string[]): void {
    for (const map of [this.ofLink, this.ofAlert]) {
      for (const [key, id] of map) if (absorbed.includes(id)) map.set(key, into);
    }
    for (const one of this.cases.values()) {
      if ([one.id, one.goesOnIn ?? ''].some((id) => absorbed.includes(id))) one.goesOnIn = into;
    }
  }

  /** Everything that is to be the same however what was told came in batches. */
  get state(): unknown {
    return [this.ofAlert, this.ofLink, this.cases, this.revisions].map((map) =>
      [...map].sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  }

  openedAtMs(id: string): number {
    return this.cases.get(id)!.openedAtMs;
  }

  groups(): string[][] {
    return groupsOf([...this.ofAlert]);
  }
}

function groupsOf(memberships: readonly (readonly [string, string])[]): string[][] {
  const groups = new Map<string, string[]>();
  for (const [alert, group] of memberships) {
    groups.set(group, [...(groups.get(group) ?? []), alert]);
  }
  return [...groups.values()].map((group) => group.sort()).sort((a, b) => (a[0]! < b[0]! ? -1 : 1));
}

/** Connected components, by joining any two that touch until nothing changes. */
function components(told: readonly AlertToPlace[]): string[][] {
  const newest = new Map<string, number>();
  const links = new Map<string, Set<string>>();
  for (const alert of told) {
    // A revision that comes after a newer one is never taken.
    if ((newest.get(alert.id) ?? 0) >= alert.revision) continue;
    newest.set(alert.id, alert.revision);
    links.set(alert.id, new Set([...(links.get(alert.id) ?? []), ...alert.links]));
  }
  const group = new Map([...links.keys()].map((id) => [id, id]));
  for (let changed = true; changed;) {
    changed = false;
    for (const [a, ofA] of links) {
      for (const [b, ofB] of links) {
        const touch = [...ofA].some((link) => ofB.has(link));
        if (!touch || group.get(a) === group.get(b)) continue;
        const gone = group.get(b)!;
        for (const [id, of] of group) if (of === gone) group.set(id, group.get(a)!);
        changed = true;
      }
    }
  }
  return groupsOf([...group]);
}

const someTold = fc.array(
  fc.record({
    id: fc.constantFrom(...'abcdefghij'.match(/./g)!),
    revision: fc.integer({ min: 1, max: 4 }),
    firstAtMs: fc.nat(50),
    links: fc.array(fc.constantFrom(...'ABCDEFGHIJKLMNOPQRST'.match(/./g)!), { maxLength: 3 }),
  }),
  { maxLength: 40 },
);

describe('the partition of alerts into cases', () => {
  it('is the connected components of what alerts share, however they arrive and are revised', () => {
    fc.assert(
      fc.property(someTold, (told) => {
        const cases = new Store();
        for (const alert of told) cases.take([alert]);
        expect(cases.groups()).toEqual(components(told));
      }),
      { numRuns: 1_000 },
    );
  });

  it('gives the same cases with the same ids when everything is told again, and opens with the first alert', () => {
    fc.assert(
      fc.property(someTold, (told) => {
        const [once, twice] = [new Store(), new Store()];
        for (const alert of told) once.take([alert]);
        for (const alert of [...told, ...told]) twice.take([alert]);
        expect([...twice.ofAlert]).toEqual([...once.ofAlert]);
        const newest = new Map<string, number>();
        const firsts = new Map<string, number>();
        for (const { id, revision, firstAtMs } of told) {
          if ((newest.get(id) ?? 0) >= revision) continue;
          newest.set(id, revision);
          const inCase = once.ofAlert.get(id)!;
          firsts.set(inCase, Math.min(firsts.get(inCase) ?? Infinity, firstAtMs));
        }
        for (const [id, firstAtMs] of firsts) expect(once.openedAtMs(id)).toBe(firstAtMs);
      }),
      { numRuns: 300 },
    );
  });

  it('is the same whatever batches they come in', () => {
    const batches = fc.array(someTold, { maxLength: 8 });
    fc.assert(
      fc.property(batches, (told) => {
        const [oneByOne, inBatches] = [new Store(), new Store()];
        for (const alert of told.flat()) oneByOne.take([alert]);
        for (const batch of told) inBatches.take(batch);
        expect(inBatches.state).toEqual(oneByOne.state);
      }),
      { numRuns: 500 },
    );
  });
});
