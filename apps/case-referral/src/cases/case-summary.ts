import { type CasePicture } from './case-picture';
import { type CaseMoney } from './currency-picture';
import { sha256OfCanonical } from '../canonical-hash';

/** A case as the list shows it, kept up to date beside it. */
export interface CaseSummary {
  readonly id: string;
  readonly operationIds: readonly string[];
  readonly risk: number;
  readonly openedAt: string;
  readonly asOf: string;
  readonly coolOffEndsAt: string | null;
  readonly narrative: string;
  readonly money: CaseMoney;
  readonly moneyByCurrency: readonly CaseMoney[];
  readonly counts: {
    readonly alerts: number;
    readonly wallets: number;
    readonly transfers: number;
  };
}

export function summarise(picture: CasePicture): CaseSummary {
  const { id, operationIds, risk, openedAt, asOf, coolOffEndsAt, narrative } = picture;
  return {
    id,
    operationIds,
    risk,
    openedAt,
    asOf,
    coolOffEndsAt,
    narrative,
    money: picture.money,
    moneyByCurrency: picture.moneyByCurrency,
    counts: {
      alerts: picture.alertIds.length,
      wallets: new Set(picture.wallets.map(({ provider, walletId }) => `${provider}\n${walletId}`))
        .size,
      transfers: picture.transfers.length,
    },
  };
}

/**
 * A hash of everything a case says, by which a change is noticed. Transfers only ever join, so their number tells; an
 * alert's revision stands for what it says.
 */
export function fingerprintOf(
  picture: CasePicture,
  alerts: readonly { readonly id: string; readonly revision: number }[],
): string {
  const { transfers, ...rest } = picture;
  const revisions = alerts.map(({ id, revision }) => `${id} ${revision}`).sort();
  return sha256OfCanonical({ ...rest, transfers: transfers.length, revisions });
}

/** Whether some of the money held is still inside its cool-off. @param nowMs event time */
export const isUrgent = (
  { coolOffEndsAt }: Pick<CaseSummary, 'coolOffEndsAt'>,
  nowMs: number,
): boolean => coolOffEndsAt !== null && Date.parse(coolOffEndsAt) > nowMs;
