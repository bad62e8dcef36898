import fc from 'fast-check';
import { type OpenCase, placeAlert } from './case-placement';

interface Told {
  readonly id: string;
  readonly revision: number;
  readonly firstAtMs: number;
  /** What it shares with others: transfers and operations alike. */
  readonly links: readonly string[];
}

/** Cases as the store keeps them: each link and each alert lies in exactly one. */
class Cases {
  readonly ofLink = new Map<string, string>();
  readonly ofAlert = new Map<string, string>();
  private readonly open = new Map<string, OpenCase>();
  private readonly revisions = new Map<string, number>();

  take(alert: Told): void {
    if ((this.revisions.get(alert.id) ?? 0) >= alert.revision) return;
    this.revisions.set(alert.id, alert.revision);
    const ids = [
      this.ofAlert.get(alert.id),
      ...alert.links.map((link) => this.ofLink.get(link)),
    ].filter((id) => id !== undefined);
    const placed = placeAlert(
      alert,
      [...new Set(ids)].map((id) => this.open.get(id)!),
    );
    for (const gone of placed.absorbed) {
      this.open.delete(gone);
      for (const map of [this.ofLink, this.ofAlert]) {
        for (const [key, id] of map) if (id === gone) map.set(key, placed.id);
      }
    }
    this.open.set(placed.id, { id: placed.id, openedAtMs: placed.openedAtMs });
    this.ofAlert.set(alert.id, placed.id);
    for (const link of alert.links) this.ofLink.set(link, placed.id);
  }

  openedAtMs(id: string): number {
    return this.open.get(id)!.openedAtMs;
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
function components(told: readonly Told[]): string[][] {
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
        const cases = new Cases();
        for (const alert of told) cases.take(alert);
        expect(cases.groups()).toEqual(components(told));
      }),
      { numRuns: 1_000 },
    );
  });

  it('gives the same cases with the same ids when everything is told again, and opens with the first alert', () => {
    fc.assert(
      fc.property(someTold, (told) => {
        const [once, twice] = [new Cases(), new Cases()];
        for (const alert of told) once.take(alert);
        for (const alert of [...told, ...told]) twice.take(alert);
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

  it('lets the older of two cases go on, by id where they are equally old', () => {
    const alert = { id: 'x', firstAtMs: 90 };
    const old = { id: 'z', openedAtMs: 10 };
    const young = { id: 'a', openedAtMs: 20 };
    expect(placeAlert(alert, [young, old])).toEqual({
      id: 'z',
      openedAtMs: 10,
      founded: false,
      opensEarlier: false,
      absorbed: ['a'],
    });
    expect(placeAlert(alert, [old, { id: 'b', openedAtMs: 10 }]).id).toBe('b');
    expect(placeAlert({ id: 'y', firstAtMs: 5 }, [young, old])).toMatchObject({
      id: 'z',
      openedAtMs: 5,
      opensEarlier: true,
    });
  });
});
