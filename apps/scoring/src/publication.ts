import {
  type Alert,
  type AlertEvent,
  type AlertStorm,
  EVENTS,
  type EvidenceTransfer,
  type OutboxEvent,
  type RulePackApplied,
  type ShadowAlert,
  type WalletPosition,
} from '#contracts';
import { accountKey, formatEventTime, invariant, type TransferRef } from '#domain';
import { type AlertDraft, type Detection, type PositionDraft, type StormDraft } from '#typologies';

export type EvidenceByPosition = ReadonlyMap<number, EvidenceTransfer>;

const positionsIn = (detection: Detection): readonly number[] => {
  switch (detection.kind) {
    case 'alert':
      return detection.positions;
    case 'shadow-alert':
      return detection.alert.positions;
    case 'wallet-position':
      return detection.credits.map(({ position }) => position);
    case 'alert-storm':
    case 'rule-pack-applied':
      return [];
    default:
      return detection satisfies never;
  }
};

/** The entries of the log that these detections name. */
export const positionsOf = (told: readonly ToldDetection[]): number[] => [
  ...new Set(told.flatMap(({ detection }) => positionsIn(detection))),
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

export function toAlertStorm(storm: StormDraft): AlertStorm {
  const { fromMs, untilMs, ceiling, raised, contained, containedByTypology } = storm;
  return {
    from: formatEventTime(fromMs),
    until: formatEventTime(untilMs),
    ...{ ceiling, raised, contained, containedByTypology },
    highestRisk: storm.highestRisk,
    pack: storm.pack,
  };
}

/** A detection as it is told, and how many of its kind it stands for. */
export interface ToldDetection {
  readonly detection: Detection;
  readonly times: number;
}

/** What changes and is told anew: of one subject the last word holds. Everything else is a subject of its own. */
function subjectOf(detection: Detection): unknown {
  if (detection.kind === 'alert-storm') return `storm\n${detection.fromMs}`;
  if (detection.kind !== 'wallet-position') return detection;
  return `position\n${accountKey(detection, detection.currency)}`;
}

/**
 * What is told of a batch's detections, in their order: of each subject the last word, and how many it stands for, so that
 * what comes of it does not hang on where a batch ended. A busy wallet would otherwise be told of with each of its payments.
 */
export function lastWords(detections: readonly Detection[]): ToldDetection[] {
  const told = new Map<unknown, ToldDetection>();
  for (const detection of detections) {
    const subject = subjectOf(detection);
    const times = (told.get(subject)?.times ?? 0) + 1;
    // Taken out first: the last word stands where it was said.
    told.delete(subject);
    told.set(subject, { detection, times });
  }
  return [...told.values()];
}

function toEvent({ detection, times }: ToldDetection, evidence: EvidenceByPosition): OutboxEvent {
  switch (detection.kind) {
    case 'alert': {
      const body: AlertEvent = {
        alert: toAlert(detection, evidence),
        evidence: detection.positions.map((position) => transferAt(evidence, position)),
      };
      return { name: detection.revision === 1 ? EVENTS.alertRaised : EVENTS.alertUpdated, body };
    }
    case 'wallet-position':
      return {
        name: EVENTS.walletPosition,
        body: { ...toWalletPosition(detection, evidence), times },
      };
    case 'alert-storm':
      return { name: EVENTS.alertStorm, body: toAlertStorm(detection) };
    case 'shadow-alert': {
      const body: ShadowAlert = { alert: toAlert(detection.alert, evidence) };
      return { name: EVENTS.shadowAlert, body };
    }
    case 'rule-pack-applied': {
      const { position, pack, mode, atMs } = detection;
      const asOf = atMs === null ? null : formatEventTime(atMs);
      const body: RulePackApplied = { position, pack, mode, asOf };
      return { name: EVENTS.rulePackApplied, body };
    }
    default:
      return detection satisfies never;
  }
}

/** The events that tell of detections, in their order. */
export const toEvents = (
  told: readonly ToldDetection[],
  evidence: EvidenceByPosition,
): OutboxEvent[] => told.map((item) => toEvent(item, evidence));
