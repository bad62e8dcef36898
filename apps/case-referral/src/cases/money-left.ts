import { type EvidenceTransfer, type WalletPosition } from '#contracts';
import {
  coolOffEndsAt,
  type EventTimeMs,
  isExit,
  LEGAL_VALUES,
  type LegalValue,
  transferKey,
  accountKey,
} from '#domain';
import { type AlertFigures } from './case-material';
import { plus } from './money-flow';

/** What is left in a wallet of the money that a case's transfers brought in. */
export interface MoneyLeft {
  readonly heldMinor: number;
  /** Until when some of it cannot be cashed out; null where nothing is left, or no cool-off was in force. */
  readonly coolOffEndsAtMs: EventTimeMs | null;
}

/** The figure of the alert that was told of last; of two equally late ones, the one with the later id. */
function lastTold(figures: readonly AlertFigures[]): Map<string, number> {
  const held = new Map<string, number>();
  const inOrder = [...figures].sort(
    (a, b) => Date.parse(a.updatedAt) - Date.parse(b.updatedAt) || (a.id < b.id ? -1 : 1),
  );
  for (const alert of inOrder) {
    for (const wallet of alert.wallets) {
      held.set(accountKey(wallet, wallet.currency), wallet.heldMinor);
    }
  }
  return held;
}

/**
 * What is still there, by wallet and currency ({@link accountKey}).
 *
 * A position says what is left of each credit that alerts rely on; a credit it leaves out is gone. Until a wallet's first
 * position has come, the alert's own figure stands in. Money that left by an exit is not there to be held, whoever
 * received it. No credit holds more than it brought.
 *
 * @param transfers of the case, in causal order
 * @param overlay what the law says of the cool-off
 */
export function moneyLeft(
  transfers: readonly EvidenceTransfer[],
  positions: readonly WalletPosition[],
  figures: readonly AlertFigures[],
  overlay: readonly LegalValue[] = LEGAL_VALUES,
): Map<string, MoneyLeft> {
  const told = new Map(
    positions.map((position) => [
      accountKey(position, position.currency),
      new Map(position.credits.map((credit) => [transferKey(credit), credit.leftMinor])),
    ]),
  );
  const stoodIn = lastTold(figures);
  const left = new Map<string, MoneyLeft>();
  // Newest first: where only a wallet's sum is known, what came last is what is left.
  for (const transfer of transfers.toReversed()) {
    if (isExit(transfer)) continue;
    const account = accountKey(transfer.creditor, transfer.currency);
    const known = left.get(account) ?? { heldMinor: 0, coolOffEndsAtMs: null };
    const credits = told.get(account);
    const open = credits
      ? (credits.get(transferKey(transfer)) ?? 0)
      : (stoodIn.get(account) ?? 0) - known.heldMinor;
    const heldMinor = Math.max(0, Math.min(open, transfer.amountMinor));
    left.set(account, {
      heldMinor: plus(known.heldMinor, heldMinor),
      coolOffEndsAtMs:
        heldMinor > 0 ? later(known.coolOffEndsAtMs, transfer, overlay) : known.coolOffEndsAtMs,
    });
  }
  return left;
}

function later(
  knownMs: EventTimeMs | null,
  credit: EvidenceTransfer,
  overlay: readonly LegalValue[],
): EventTimeMs | null {
  const atMs = Date.parse(credit.occurredAt);
  const endsAtMs = coolOffEndsAt(atMs, overlay);
  // Before the rule came into force a credit could be cashed out at once.
  if (endsAtMs === atMs) return knownMs;
  return knownMs === null ? endsAtMs : Math.max(knownMs, endsAtMs);
}
