import { v5 as uuidV5 } from 'uuid';
import { type EventTimeMs } from '#domain';

/** Case ids lie under this, so that a replay names a case as it was named. */
const CASE_NAMESPACE = '6f4d0a58-6a0e-4d0c-9c53-0b1d3f1c7a25';

/** A case that goes on. */
export interface OpenCase {
  readonly id: string;
  readonly openedAtMs: EventTimeMs;
}

/** Where an alert belongs. */
export interface Placement extends OpenCase {
  /** The case is new: this alert founds it. */
  readonly founded: boolean;
  /** Cases that this alert shows to be about the same money. They go on in this one. */
  readonly absorbed: readonly string[];
}

const olderFirst = (a: OpenCase, b: OpenCase): number =>
  a.openedAtMs - b.openedAtMs || (a.id < b.id ? -1 : 1);

/**
 * Places an alert: alerts that share a transfer or an operation form one case.
 *
 * A case that is shown to be the same as another goes on in the older (in event time, then by id), so that a replay of the
 * same events ends with the same cases. What once belonged together stays together: a case file is added to, never thinned.
 *
 * @param linked every case, each once, that holds the alert already or one of its transfers or operations
 */
export function placeAlert(
  alert: { readonly id: string; readonly firstAtMs: EventTimeMs },
  linked: readonly OpenCase[],
): Placement {
  const [oldest, ...absorbed] = [...linked].sort(olderFirst);
  if (oldest === undefined) {
    return {
      id: uuidV5(alert.id, CASE_NAMESPACE),
      openedAtMs: alert.firstAtMs,
      founded: true,
      absorbed: [],
    };
  }
  return {
    id: oldest.id,
    openedAtMs: Math.min(oldest.openedAtMs, alert.firstAtMs),
    founded: false,
    absorbed: absorbed.map(({ id }) => id),
  };
}
