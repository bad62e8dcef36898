import { DAY_MS, describeAmount, HOUR_MS, MINUTE_MS } from '#domain';

/** A span of time as people say it: '11 minutes', '3 h 10 min', '2 days'. */
export function sayDuration(spanMs: number): string {
  if (spanMs < 2 * MINUTE_MS) return 'a minute';
  if (spanMs < HOUR_MS) return `${Math.round(spanMs / MINUTE_MS)} minutes`;
  if (spanMs < 2 * DAY_MS) {
    const minutes = Math.round(spanMs / MINUTE_MS);
    return minutes % 60 === 0
      ? `${minutes / 60} h`
      : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  }
  return `${Math.round(spanMs / DAY_MS)} days`;
}

export const sayShare = (share: number): string => `${Math.round(share * 100)} %`;

export const sayAmount = (amountMinor: number, currency: string): string =>
  describeAmount(Math.round(amountMinor), currency);

export const sayCount = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;
