import { type EventTimeMs, type WalletRef } from '#domain';
import { ACCOUNT, type FlowEngine, NONE, viewOfAccount } from '#flow';
import { type WalletBefore } from './explanation';

/** Each counter of a window halves in half its span. */
const HALF_LIVES_PER_SPAN = 2;

/**
 * What the engine holds of a wallet, its counters faded up to an instant. They are faded here and not in the engine: to touch
 * the account now would round them otherwise than the transfer itself does, and looking must change nothing.
 *
 * @returns null where the wallet was never seen in that currency, or has been given up
 */
export function walletBefore(
  engine: FlowEngine,
  wallet: WalletRef,
  currency: string,
  atMs: EventTimeMs,
): WalletBefore | null {
  const view = viewOfAccount(engine, wallet, currency);
  if (view === null) return null;
  const { accounts, watchlist } = engine;
  const account = accounts.find(wallet, currency);
  const restedMs = Math.max(0, atMs - accounts.get(account, ACCOUNT.lastAt));
  const fade = (spanMs: number): number => 2 ** ((-restedMs * HALF_LIVES_PER_SPAN) / spanMs);
  const windows = view.windows.map((window) => {
    const left = fade(window.spanMs);
    return {
      spanMs: window.spanMs,
      creditCount: window.creditCount * left,
      creditSum: window.creditSum * left,
      debitCount: window.debitCount * left,
      debitSum: window.debitSum * left,
    };
  });
  const left = fade(windows.at(-1)!.spanMs);
  const newPartners = view.newPartners * left;
  const newPartnerSum = view.newPartnerSum * left;
  const origin = watchlist.originAt(account, atMs);
  return {
    view: { ...view, windows, newPartners, newPartnerSum },
    firstAtMs: accounts.get(account, ACCOUNT.firstAt),
    lastAtMs: accounts.get(account, ACCOUNT.lastAt),
    operationId: origin === NONE ? null : watchlist.operationId(origin),
  };
}
