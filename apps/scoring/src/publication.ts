import {
  type Alert,
  type AlertEvent,
  EVENTS,
  type EvidenceTransfer,
  type OutboxEvent,
  type WalletPosition,
} from '#contracts';
import { formatEventTime, invariant, type TransferRef } from '#domain';
import { type AlertDraft, type Detection, type PositionDraft } from '#typologies';

export type EvidenceByPosition = ReadonlyMap<number, EvidenceTransfer>;

/** The entries of the log that these detections name. */
export const positionsOf = (detections: readonly Detection[]): number[] => [
  ...new Set(
    detections.flatMap((detection) =>
      detection.kind === 'alert'
        ? detection.positions
        : detection.credits.map(({ position }) => position),
    ),
  ),
];

function transferAt(evidence: EvidenceByPosition, position: number): EvidenceTransfer {
  const transfer = evidence.get(position);
  invariant(transfer !== undefined, 'what an alert relies on is in the log');
  return transfer;
}

/** An alert in the words of the contract: transfers by their ids, wherever they stand in this log. */
export function toAlert(draft: AlertDraft, evidence: EvidenceByPosition): Alert {
  const refs = (positions: readonly number[]): TransferRef[] =>
    positions.map((position) => {
      const { provider, transferId } = transferAt(evidence, position);
      return { provider, transferId };
    });
  return {
    id: draft.id,
    typologies: draft.typologies,
    risk: draft.risk,
    urgent: draft.urgent,
    operationIds: draft.operationIds,
    transfers: refs(draft.positions),
    wallets: draft.wallets,
    terms: draft.terms,
    pack: draft.pack,
    coverage: {
      capsMet: draft.capsMet,
      uncoveredMinor: draft.uncoveredMinor,
      lateTransfers: refs(draft.latePositions),
      reversedTransfers: refs(draft.reversedPositions),
      typologiesOff: draft.typologiesOff,
    },
    firstAt: formatEventTime(draft.firstAtMs),
    updatedAt: formatEventTime(draft.updatedAtMs),
    revision: draft.revision,
  };
}

function toWalletPosition(draft: PositionDraft, evidence: EvidenceByPosition): WalletPosition {
  const { provider, walletId, currency, inMinor, outMinor, heldMinor, taintedMinor } = draft;
  const credits = draft.credits.map(({ position, leftMinor }) => {
    const transfer = transferAt(evidence, position);
    return { provider: transfer.provider, transferId: transfer.transferId, leftMinor };
  });
  const asOf = formatEventTime(draft.asOfMs);
  return {
    provider,
    walletId,
    currency,
    asOf,
    inMinor,
    outMinor,
    heldMinor,
    taintedMinor,
    credits,
  };
}

/** The events that tell of detections, in their order. */
export const toEvents = (
  detections: readonly Detection[],
  evidence: EvidenceByPosition,
): OutboxEvent[] =>
  detections.map((detection) => {
    if (detection.kind === 'wallet-position') {
      return { name: EVENTS.walletPosition, body: toWalletPosition(detection, evidence) };
    }
    const body: AlertEvent = {
      alert: toAlert(detection, evidence),
      evidence: detection.positions.map((position) => transferAt(evidence, position)),
    };
    return { name: detection.revision === 1 ? EVENTS.alertRaised : EVENTS.alertUpdated, body };
  });
