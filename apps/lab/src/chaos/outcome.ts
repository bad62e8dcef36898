import { type ShakenSystem } from './shaken-system';
import { readStored } from './stored-outcome.repository';

/** Everything an outsider and an auditor can see at the end, without what the clock on the wall says. */
export type Outcome = Readonly<
  Record<'transfers' | 'events' | 'alerts' | 'cases', readonly unknown[]>
>;

const PAGE_MAX = 200;

export async function outcomeOf(system: ShakenSystem): Promise<Outcome> {
  const { transfers, events } = await readStored(system.postgres.databaseUrl);
  return {
    transfers,
    events,
    alerts: await allOf(system, '/v1/alerts'),
    cases: await allOf(system, '/v1/cases'),
  };
}

async function allOf(system: ShakenSystem, path: string): Promise<unknown[]> {
  const items: unknown[] = [];
  for (let after: string | null = ''; after !== null;) {
    const query: string = after === '' ? '' : `&after=${encodeURIComponent(after)}`;
    const page = await system.read<{ items: unknown[]; next: string | null }>(
      `${path}?limit=${PAGE_MAX}${query}`,
    );
    items.push(...page.items);
    after = page.next;
  }
  return items;
}

/** The first thing in which an outcome is not what it should be, in words; null where there is none. */
export function difference(expected: Outcome, actual: Outcome): string | null {
  for (const part of ['transfers', 'events', 'alerts', 'cases'] as const) {
    const [wanted, found] = [expected[part].map(text), actual[part].map(text)];
    const at = wanted.findIndex((line, i) => line !== found[i]);
    if (at >= 0) {
      return `${part}: number ${at + 1} of ${wanted.length} should be\n  ${shown(wanted[at])}\nand is\n  ${shown(found[at])}`;
    }
    if (found.length > wanted.length) {
      return `${part}: ${found.length} instead of ${wanted.length}; the first that should not be there is\n  ${shown(found[wanted.length])}`;
    }
  }
  return null;
}

const text = (item: unknown): string => JSON.stringify(item);

const SHOWN_CHARACTERS = 2_000;
/** The feed is the lab's own: nobody's data are shown. */
const shown = (line: string | undefined): string =>
  line === undefined ? 'nothing' : line.slice(0, SHOWN_CHARACTERS);
