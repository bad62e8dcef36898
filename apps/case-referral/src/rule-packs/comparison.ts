import { type TypologyName } from '#contracts';
import { transferKey, type TransferRef } from '#domain';

/** As much of an alert as is compared. */
export interface ComparedAlert {
  readonly id: string;
  readonly risk: number;
  readonly typologies: readonly TypologyName[];
  readonly transfers: readonly TransferRef[];
  /** Event time. */
  readonly firstAt: string;
}

/** What two packs raised over the same stretch of the feed. */
export interface Comparison {
  readonly active: number;
  readonly shadow: number;
  /** Alerts of each that share a transfer with one of the other. One may answer to several. */
  readonly activeInBoth: number;
  readonly shadowInBoth: number;
  readonly days: readonly {
    readonly day: string;
    readonly active: number;
    readonly shadow: number;
  }[];
  /** Alerts that share no transfer with any of the other pack's. */
  readonly activeOnly: readonly ComparedAlert[];
  readonly shadowOnly: readonly ComparedAlert[];
}

const transfersOf = (alerts: readonly ComparedAlert[]): Set<string> =>
  new Set(alerts.flatMap(({ transfers }) => transfers.map(transferKey)));

const without = (alerts: readonly ComparedAlert[], others: ReadonlySet<string>): ComparedAlert[] =>
  alerts.filter(
    ({ transfers }) => !transfers.some((transfer) => others.has(transferKey(transfer))),
  );

/** UTC, by the feed's own time. */
const dayOf = ({ firstAt }: ComparedAlert): string => new Date(firstAt).toISOString().slice(0, 10);

/**
 * Sets what one pack raised against what the other did. Two alerts are the same finding where they share a transfer: the id of
 * an alert names the transfer that triggered it, which another pack may come to sooner or later.
 */
export function compareAlerts(
  active: readonly ComparedAlert[],
  shadow: readonly ComparedAlert[],
): Comparison {
  const activeOnly = without(active, transfersOf(shadow));
  const shadowOnly = without(shadow, transfersOf(active));
  const days = new Map<string, { day: string; active: number; shadow: number }>();
  const count = (alerts: readonly ComparedAlert[], pack: 'active' | 'shadow'): void => {
    for (const alert of alerts) {
      const day = days.get(dayOf(alert)) ?? { day: dayOf(alert), active: 0, shadow: 0 };
      day[pack] += 1;
      days.set(day.day, day);
    }
  };
  count(active, 'active');
  count(shadow, 'shadow');
  return {
    active: active.length,
    shadow: shadow.length,
    activeInBoth: active.length - activeOnly.length,
    shadowInBoth: shadow.length - shadowOnly.length,
    days: [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1)),
    activeOnly,
    shadowOnly,
  };
}
