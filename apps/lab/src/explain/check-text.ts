import { describeAmount } from '#domain';
import { type Check, type CheckMeasure, sayDuration } from '#typologies';

/** A share that is read in per cent misses by points; what is below this rounds to nothing, and is said to more places. */
const POINTS_WHOLE_MIN = 1;

const perCent = (share: number): string => {
  const points = share * 100;
  return `${trimmed(points, Math.abs(points) < 10 ? 1 : 0)} %`;
};

const trimmed = (value: number, places: number): string => String(Number(value.toFixed(places)));

/** A figure of a condition by itself: '3', '62 %', 'PKR 24,800.00', '2.31 nats'. */
function figure(value: number, unit: CheckMeasure['unit'], currency: string): string {
  switch (unit) {
    case 'count':
      return trimmed(value, 1);
    case 'amount':
      return describeAmount(Math.round(value), currency);
    case 'share':
      return perCent(value);
    case 'span':
      return sayDuration(value);
    case 'nats':
      return `${value.toFixed(2)} nats`;
    case 'risk':
      return value.toFixed(1);
    default:
      return unit satisfies never;
  }
}

/** By how much a measure missed its limit, as a person says it; the span is never less than the unit can say. */
function missedBy({ value, limit, unit, of }: CheckMeasure, currency: string): string {
  const gap = Math.abs(limit - value);
  const share = unit === 'share' ? gap : of === null ? null : gap / of;
  if (share !== null) {
    const points = share * 100;
    const said = points >= POINTS_WHOLE_MIN ? Math.round(points) : points.toPrecision(1);
    const amount = of === null ? '' : ` (${figure(gap, unit, currency)})`;
    return `${said} points${amount}`;
  }
  return figure(gap, unit, currency);
}

/**
 * A condition as it came out, such as
 * 'passed on, of what came in within the window: 62 % (PKR 24,800.00 of PKR 40,000.00), needs ≥ 90 %: missed by 28 points'.
 *
 * @param currency what amounts are in
 * @param transferOf names the transfer that it was asked of, where that is not the one in hand
 */
export function checkText(
  { says, held, scope, measure, position }: Check,
  currency: string,
  transferOf: (position: number) => string,
): string {
  const asked = position === null ? says : `transfer ${transferOf(position)}: ${says}`;
  if (scope) return asked;
  if (measure === null) return held ? `${asked}: yes` : `${asked}: no`;
  const { value, comparison, limit, unit, of } = measure;
  const say = (number: number): string => figure(number, unit, currency);
  const whole = of !== null && of > 0 ? of : null;
  const found =
    whole === null ? say(value) : `${perCent(value / whole)} (${say(value)} of ${say(whole)})`;
  const wanted = whole === null ? say(limit) : perCent(limit / whole);
  const needs = `${asked}: ${found}, needs ${comparison} ${wanted}`;
  if (held) return needs;
  // What must be above a limit and lies on it misses by nothing that could be told.
  return comparison === '>' && value === limit
    ? needs
    : `${needs}: missed by ${missedBy(measure, currency)}`;
}
