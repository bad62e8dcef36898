import { type AccountIndex, type FlowEngine } from '#flow';

/** What the account's credits since then came to, and what is left of them, in minor units. */
export function cameIn(
  { credits }: FlowEngine,
  account: AccountIndex,
  sinceMs: number,
  untilMs: number,
): { inMinor: number; leftMinor: number } {
  let inMinor = 0;
  let leftMinor = 0;
  const first = credits.first(account);
  for (let slot = first + credits.count(account) - 1; slot >= first; slot -= 1) {
    const atMs = credits.at(slot);
    if (atMs < sinceMs) break;
    if (atMs > untilMs) continue;
    inMinor += credits.amount(slot);
    leftMinor += credits.left(slot);
  }
  return { inMinor, leftMinor };
}
