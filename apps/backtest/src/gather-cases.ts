import { type LogPosition } from '#contracts';

/**
 * Alerts that share a transfer form one case, as those that are raised do.
 *
 * @returns of each case its transfers
 */
export function gatherCases(
  alerts: readonly { readonly positions: readonly LogPosition[] }[],
): LogPosition[][] {
  const caseOf = new Map<LogPosition, Set<LogPosition>>();
  for (const { positions } of alerts) {
    const touched = new Set(
      positions.map((at) => caseOf.get(at)).filter((one) => one !== undefined),
    );
    const [whole = new Set<LogPosition>(), ...others] = [...touched].sort(
      (a, b) => b.size - a.size,
    );
    for (const at of [...others.flatMap((one) => [...one]), ...positions]) {
      whole.add(at);
      caseOf.set(at, whole);
    }
  }
  return [...new Set(caseOf.values())].map((one) => [...one]);
}
