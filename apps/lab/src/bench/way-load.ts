import { type TransferEntry } from '#contracts';
import { AppError, MINUTE_MS } from '#domain';
import { type LoadStream, type LoadTask } from '../load/load-client';
import { type RequestBodies, writeBodies } from '../load/request-bodies';
import { type RunningSystem, serviceOf } from '../system/running-system';
import { type Progress } from './bench-row';
import { POWER_LAW_FEED, PowerLawFeed } from './power-law-feed';
import { providersOf, type WayRow } from './way-plan';

/** More than any machine of record takes: the client ends by its time, not by its feed. */
const TAKEN_PER_SECOND_MAX = 25_000;
/** So far behind detection may be while as much is sent as is taken: two seconds of it at ten thousand a second. */
const LAG_ENTRIES_MAX = 20_000;
/**
 * Ten transfers of a wallet and day. A feed is sent a hundred times as fast as it happens: spread over more days, what two
 * providers send at the same time would lie further apart by the feed's clock.
 */
const DAYS = 1;
/** Before alerts are waited for one by one, so that the services have compiled what they run. */
const WARM_UP = { transfers: 20_000, rowsPerRequest: 1_000 } as const;
/** Digits of a wallet that no feed has. */
const KNOWN_WALLETS_FROM = 92_900_000_000;
const OTHER_WALLETS_FROM = 92_800_000_000;
const KNOWN_AMOUNT_MINOR = 8_450_000;
const PASSED_ON_MINOR = 8_200_000;

/** What is sent in a row: before it is measured, and then. */
export interface WayBodies {
  readonly warmUp: readonly RequestBodies[];
  readonly measured: readonly RequestBodies[];
}

/** In turns somebody pays a known wallet, and that one a stranger. */
function throughKnownWallet(entry: TransferEntry, index: number): TransferEntry {
  const { transfer } = entry;
  const known = { ...transfer.debtor, walletId: knownWallet(index >> 1), kind: null };
  const other = { ...known, walletId: String(OTHER_WALLETS_FROM + index) };
  const [debtor, creditor] = index % 2 === 0 ? [other, known] : [known, other];
  const amountMinor = index % 2 === 0 ? KNOWN_AMOUNT_MINOR : PASSED_ON_MINOR;
  const occurredAtMs = transfer.occurredAtMs + index * MINUTE_MS;
  return {
    ...entry,
    transfer: { ...transfer, type: 'P2P', debtor, creditor, amountMinor, occurredAtMs },
  };
}

const knownWallet = (index: number): string => String(KNOWN_WALLETS_FROM + index);

/** Writes all that a row sends to files of this folder. */
export async function makeBodies(
  row: WayRow,
  seconds: number,
  folder: string,
  progress: Progress,
): Promise<WayBodies> {
  const feed = new PowerLawFeed({ ...POWER_LAW_FEED, days: DAYS });
  const providers = providersOf(row);
  const transfers = Math.ceil(seconds * (row.transfersPerSecond ?? TAKEN_PER_SECOND_MAX));
  const write = (
    next: (count: number) => TransferEntry[],
    count: number,
    rows: number,
    name: string,
  ): Promise<RequestBodies[]> =>
    writeBodies(next, count, rows, providers, `${folder}/${name}`, progress);
  if (!row.toKnownWallets) {
    const next = (count: number): TransferEntry[] => feed.next(count);
    return { warmUp: [], measured: await write(next, transfers, row.rowsPerRequest, 'measured') };
  }
  const { transfers: before, rowsPerRequest } = WARM_UP;
  const warmUp = await write((count) => feed.next(count), before, rowsPerRequest, 'warm-up');
  let index = 0;
  const toKnown = (count: number): TransferEntry[] =>
    feed.next(count).map((entry) => throughKnownWallet(entry, index++));
  return { warmUp, measured: await write(toKnown, transfers, row.rowsPerRequest, 'measured') };
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
    alerts: isWhole
      ? {
          address: {
            service: 'case-referral',
            url: serviceOf(system, 'case-referral').url,
            key: system.keys.analyst,
          },
          pollMs: row.alertsPollMs,
        }
      : null,
  };
}

/** Makes known whom the transfers of a row pay. */
export async function registerKnownWallets(
  { measured }: WayBodies,
  system: RunningSystem,
): Promise<void> {
  const transfers = measured.flatMap(({ rows }) => rows).reduce((sum, rows) => sum + rows, 0);
  const [provider] = system.keys.providers.keys();
  const indicators = Array.from({ length: transfers }, (_, i) => ({
    type: 'wallet',
    provider,
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
