import { type TransferEntry } from '#contracts';
import { AppError, MINUTE_MS } from '#domain';
import { type LoadStream, type LoadTask } from '../load/load-client';
import { type RequestBodies, writeBodies } from '../load/request-bodies';
import { providerOf } from '../load/transfer-row';
import { type RunningSystem, serviceOf } from '../system/running-system';
import { type Progress } from './bench-row';
import { POWER_LAW_FEED, PowerLawFeed } from './power-law-feed';
import { providersOf, type WayRow } from './way-plan';

/** More than any machine of record takes: the client ends by its time, not by its feed. */
const TAKEN_PER_SECOND_MAX = 25_000;
/** So far behind detection may be while as much is sent as is taken: two seconds of it at ten thousand a second. */
const LAG_ENTRIES_MAX = 20_000;
/**
 * Ten of a wallet, where there are a million. A feed is sent a hundred times as fast as it happens: spread over more days, what two providers send at
 * the same time would lie further apart by the feed's clock.
 */
const TRANSFERS_PER_DAY = 10 * POWER_LAW_FEED.wallets;
/**
 * Before alerts are waited for one by one, so that the services have compiled what they run; and where there is an older log,
 * so that detection is past it.
 */
const WARM_UP = { transfers: 20_000, rowsPerRequest: 1_000 } as const;
/** How the numbers of wallets begin that no feed has. */
const KNOWN_WALLETS = '929';
const OTHER_WALLETS = '928';
const PROBE = { every: 1_000, in: 0, out: 600 } as const;
const KNOWN_AMOUNT_MINOR = 8_450_000;
const PASSED_ON_MINOR = 8_200_000;

/** What is sent in a row: before it is measured, and then. */
export interface WayBodies {
  readonly warmUp: readonly RequestBodies[];
  readonly measured: readonly RequestBodies[];
}

const knownWallet = (index: number): string => `${KNOWN_WALLETS}${String(index).padStart(8, '0')}`;
const otherWallet = (index: number): string => `${OTHER_WALLETS}${String(index).padStart(8, '0')}`;

/** In turns somebody pays a known wallet, and that one a stranger. */
function throughKnownWallet(entry: TransferEntry, index: number): TransferEntry {
  const { transfer } = entry;
  const party = { ...transfer.debtor, kind: null };
  const known = { ...party, walletId: knownWallet(index >> 1) };
  const other = { ...party, walletId: otherWallet(index) };
  const [debtor, creditor] = index % 2 === 0 ? [other, known] : [known, other];
  const amountMinor = index % 2 === 0 ? KNOWN_AMOUNT_MINOR : PASSED_ON_MINOR;
  return { ...entry, transfer: { ...transfer, type: 'P2P', debtor, creditor, amountMinor } };
}

/** The same a minute after the one before, however many the feed has in a minute. */
function alone(entry: TransferEntry, index: number): TransferEntry {
  const { transfer } = throughKnownWallet(entry, index);
  const occurredAtMs = transfer.occurredAtMs + index * MINUTE_MS;
  return { ...entry, transfer: { ...transfer, occurredAtMs } };
}

/** Two in a thousand transfers go through a known wallet, the one in and, a few seconds of the feed later, the other out. */
function nowAndThen(entry: TransferEntry): TransferEntry {
  const thousand = Math.floor(entry.position / PROBE.every);
  const place = entry.position % PROBE.every;
  if (place === PROBE.in) return throughKnownWallet(entry, 2 * thousand);
  return place === PROBE.out ? throughKnownWallet(entry, 2 * thousand + 1) : entry;
}

/** Writes all that a row sends to files of this folder. */
export async function makeBodies(
  row: WayRow,
  seconds: number,
  folder: string,
  progress: Progress,
): Promise<WayBodies> {
  const providers = providersOf(row);
  const transfers = Math.ceil(seconds * (row.transfersPerSecond ?? TAKEN_PER_SECOND_MAX));
  const made = transfers + WARM_UP.transfers;
  const feed = new PowerLawFeed({
    ...POWER_LAW_FEED,
    wallets: row.wallets,
    transfers: made,
    days: made / TRANSFERS_PER_DAY,
  });
  const write = (
    next: (count: number) => TransferEntry[],
    count: number,
    rows: number,
    name: string,
  ): Promise<RequestBodies[]> =>
    writeBodies(next, count, rows, providers, `${folder}/${name}`, progress);
  let index = 0;
  const through = (entry: TransferEntry): TransferEntry => {
    if (row.throughKnownWallets?.which === 'all') return alone(entry, index++);
    return row.throughKnownWallets?.which === 'some' ? nowAndThen(entry) : entry;
  };
  const isWarmedUp = row.throughKnownWallets?.which === 'all' || row.olderTransfers > 0;
  return {
    warmUp: isWarmedUp
      ? await write((n) => feed.next(n), WARM_UP.transfers, WARM_UP.rowsPerRequest, 'warm-up')
      : [],
    measured: await write(
      (n) => feed.next(n).map(through),
      transfers,
      row.rowsPerRequest,
      'measured',
    ),
  };
}

/** The load of a row on a running system. */
export function loadOf(
  row: WayRow,
  bodies: readonly RequestBodies[],
  seconds: number,
  system: RunningSystem,
): LoadTask {
  const ingestion = serviceOf(system, 'ingestion').url;
  const isWhole = system.services.has('scoring');
  const streams = bodies.map((of): LoadStream => ({
    ingestion: {
      service: 'ingestion',
      url: ingestion,
      key: system.keys.providers.get(of.provider)!,
    },
    bodies: of,
  }));
  return {
    streams,
    transfersPerSecond: row.transfersPerSecond,
    secondsMax: seconds,
    lag:
      isWhole && row.transfersPerSecond === null
        ? { url: serviceOf(system, 'scoring').url, entriesMax: LAG_ENTRIES_MAX }
        : null,
    alerts:
      isWhole && row.throughKnownWallets
        ? {
            address: {
              service: 'case-referral',
              url: serviceOf(system, 'case-referral').url,
              key: system.keys.analyst,
            },
            pollMs: row.throughKnownWallets.pollMs,
            ofWallets: KNOWN_WALLETS,
          }
        : null,
  };
}

/** Makes known the wallets that transfers of a row go through. */
export async function registerKnownWallets(
  row: WayRow,
  { measured }: WayBodies,
  system: RunningSystem,
): Promise<void> {
  if (row.throughKnownWallets === null) return;
  const transfers = measured.flatMap(({ rows }) => rows).reduce((sum, rows) => sum + rows, 0);
  const wallets = row.throughKnownWallets.which === 'all' ? transfers : transfers / PROBE.every;
  const indicators = Array.from({ length: Math.ceil(wallets) + 1 }, (_, i) => ({
    type: 'wallet',
    provider: providerOf(knownWallet(i), providersOf(row)),
    value: knownWallet(i),
    knownFrom: '2020-01-01T00:00:00Z',
  }));
  const response = await fetch(`${serviceOf(system, 'case-referral').url}/v1/operations`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${system.keys.analyst}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      ...{ id: 'bench', name: 'bench', kind: 'CALL_CENTRE', modus: 'OTHER' },
      indicators,
    }),
  });
  if (!response.ok) throw new AppError('UNAVAILABLE', await response.text());
}
