/** As much of an alert as is compared. */
export interface ComparableAlert {
  /** RFC 3339, event time. */
  readonly firstAt: string;
}

/** What two packs raised over the same stretch of the feed. */
export interface Comparison<A> {
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
  readonly activeOnly: readonly A[];
  readonly shadowOnly: readonly A[];
}

/** UTC, by the feed's own time. */
const dayOf = ({ firstAt }: ComparableAlert): string =>
  new Date(firstAt).toISOString().slice(0, 10);

/**
 * Sets what one pack raised against what the other did. Two alerts are the same finding where they share a transfer: the id of
 * an alert names the transfer that triggered it, which another pack may come to sooner or later.
 *
 * @param transfersOf names of an alert's transfers, equal for equal ones
 */
export function compareAlerts<A extends ComparableAlert>(
  active: readonly A[],
  shadow: readonly A[],
  transfersOf: (alert: A) => readonly (string | number)[],
): Comparison<A> {
  const all = (alerts: readonly A[]): Set<string | number> => new Set(alerts.flatMap(transfersOf));
  const without = (alerts: readonly A[], others: ReadonlySet<string | number>): A[] =>
    alerts.filter((alert) => !transfersOf(alert).some((transfer) => others.has(transfer)));
  const activeOnly = without(active, all(shadow));
  const shadowOnly = without(shadow, all(active));
  const days = new Map<string, { day: string; active: number; shadow: number }>();
  const count = (alerts: readonly A[], pack: 'active' | 'shadow'): void => {
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
