import { invariant } from '#domain';
import { pairedInterval, shareInterval } from '#typologies';
import { type BudgetComparison, type DataSetReport, type PackComparison } from './report';

/** Sets what one pack finds of a data set beside what another does. Both reports are of the same set. */
export function comparePacks(first: DataSetReport, second: DataSetReport): PackComparison {
  invariant(first.name === second.name, 'packs are compared on one data set');
  const budgets = first.budgets.map((one, i): BudgetComparison => {
    const other = second.budgets[i]!;
    const without = (found: readonly string[], known: readonly string[]): string[] => {
      const also = new Set(known);
      return found.filter((id) => !also.has(id));
    };
    const gained = without(other.found, one.found);
    const lost = without(one.found, other.found);
    return {
      ...{ alertsPerPattern: one.alertsPerPattern, gained, lost },
      patternRecall: pairedInterval(gained.length, lost.length, first.patterns),
      alertPrecision: [
        shareInterval(one.trueAlerts, one.alerts),
        shareInterval(other.trueAlerts, other.alerts),
      ],
    };
  });
  return { name: first.name, packs: [first.pack, second.pack], budgets };
}
