import {
  type AccountView,
  type CallView,
  type CarriedView,
  type CreditView,
  type OriginView,
} from '#flow';
import { type EngineLimits } from './engine-under-test';
import {
  type Account,
  type Credit,
  fellOutLately,
  liveOrigins,
  newestFirst,
  type Operation,
  type ReportedCall,
} from './reference-account';
import { type Carried } from './reference-debit';

const byOperation = (a: { operationId: string }, b: { operationId: string }): number =>
  a.operationId < b.operationId ? -1 : 1;

const originViews = (origins: ReadonlyMap<Operation, number>): OriginView[] =>
  liveOrigins(origins)
    .map(([operation, share]) => ({ operationId: operation.id, share }))
    .sort(byOperation);

const callView = (call: ReportedCall | null): CallView | null =>
  call === null || call.operation.withdrawn
    ? null
    : { operationId: call.operation.id, atMs: call.atMs };

export const viewOfCredit = (credit: Credit): CreditView => ({
  ...credit,
  call: callView(credit.call),
  origins: originViews(credit.origins),
});

export const viewOfCarried = ({ dealings, ...carried }: Carried): CarriedView => ({
  ...carried,
  ...dealings,
  call: callView(carried.call),
  origins: originViews(new Map(carried.origins)),
});

export function viewOfAccount(account: Account, nowMs: number, limits: EngineLimits): AccountView {
  const { laid, backfilled, taken, mixed, reversed, shortfall, debited } = account;
  const left = account.credits.reduce((sum, credit) => sum + credit.leftMinor, 0);
  const uncovered = account.uncoveredSum;
  const fellOut = fellOutLately(account, nowMs, limits);
  return {
    wallet: account.wallet,
    currency: account.currency,
    hub: account.hub,
    sums: { laid, backfilled, taken, left, mixed, reversed, shortfall, debited, uncovered },
    credits: newestFirst(account.credits).map(viewOfCredit),
    debits: newestFirst(account.debits).map((debit) => ({ ...debit })),
    uncovered: account.uncovered.filter((slot) => slot.openMinor > 0).map((slot) => ({ ...slot })),
    pile: liveOrigins(account.pile)
      .map(([operation, amountMinor]) => ({ operationId: operation.id, amountMinor }))
      .sort(byOperation),
    windows: account.windows.map((window) => ({ ...window })),
    newPartners: account.newPartners,
    newPartnerSum: account.newPartnerSum,
    capsMet: [
      ...(fellOut?.credits ? ['creditsPerAccountMax'] : []),
      ...(fellOut?.debits ? ['debitsPerAccountMax'] : []),
    ],
  };
}
