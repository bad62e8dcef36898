import { type LogEntry, type TransferEntry } from '#contracts';
import {
  cashedOutAt,
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  type PartyKind,
  toldMarks,
  type TransferType,
} from '#domain';
import { type AlertDraft, type Detection } from '../src/alert-draft';
import { Detector } from '../src/detector';
import { DEFAULT_PACK, type RulePack } from '../src/rule-pack';

export const START_MS = Date.UTC(2026, 0, 5);

export interface Move {
  readonly from: string;
  readonly to: string;
  readonly rupees: number;
  readonly atMs: number;
  readonly kind?: PartyKind;
  readonly type?: TransferType;
  /** Of both sides. */
  readonly tier?: string;
  readonly handset?: string;
  readonly sim?: string;
  readonly person?: string;
  /** Of the payer. */
  readonly tokens?: readonly string[];
}

const tierOf = ({ tier }: Move): { tier?: string } => (tier === undefined ? {} : { tier });

const marksOf = ({ handset, sim, person, type, to, kind }: Move): Pick<TransferEntry, 'marks'> => {
  const transfer = { provider: 'p', type: type ?? 'P2P' } as const;
  const creditor = { provider: 'p', walletId: to, kind: kind ?? null };
  const agent = cashedOutAt({ ...transfer, creditor }, null);
  return toldMarks({ handset, sim, person, agent });
};

/** A log of moves, in the order given; positions are even, so that control entries fit between. */
export const logOf = (moves: readonly Move[], from = 0): LogEntry[] =>
  moves.map((move, i) => ({
    kind: 'transfer',
    position: 2 * (from + i + 1),
    originalPosition: null,
    debtorTokens: move.tokens ?? [],
    creditorTokens: [],
    ...marksOf(move),
    transfer: {
      provider: 'p',
      transferId: `t${from + i}`,
      occurredAtMs: START_MS + move.atMs,
      type: move.type ?? 'P2P',
      status: 'SETTLED',
      amountMinor: Math.round(move.rupees * 100),
      currency: 'PKR',
      debtor: { provider: 'p', walletId: move.from, kind: null, ...tierOf(move) },
      creditor: { provider: 'p', walletId: move.to, kind: move.kind ?? null, ...tierOf(move) },
    },
  }));

/** Ten days of ordinary life: 60 wallets that pay one another small sums and keep them for hours or days. */
export function ordinaryLife(days = 10): Move[] {
  const moves: Move[] = [];
  for (let hour = 0; hour < days * 24; hour += 1) {
    for (let k = 0; k < 4; k += 1) {
      const from = (hour * 7 + k * 13) % 60;
      const to = (from + 1 + (hour % 7)) % 60;
      const atMs = hour * HOUR_MS + k * 11 * MINUTE_MS;
      moves.push({
        from: `w${from}`,
        to: `w${to}`,
        rupees: 300 + ((hour * 37 + k * 71) % 900),
        atMs,
      });
    }
  }
  return moves;
}

export const run = (entries: readonly LogEntry[], pack?: RulePack): Detection[] => {
  const detector = new Detector(pack ? { pack } : {});
  return [...entries.flatMap((entry) => detector.apply(entry)), ...detector.flush()];
};

export const alertsOf = (detections: readonly Detection[]): AlertDraft[] =>
  detections.filter((detection): detection is AlertDraft => detection.kind === 'alert');

/** Every typology that was seen, whatever it weighed: the bar is on the floor. */
export const OPEN: RulePack = {
  ...DEFAULT_PACK,
  risk: {
    ...{ ...DEFAULT_PACK.risk, base: 5, raiseAt: 0, floor: 0, familyLogOddsMin: 0 },
    alertsPerThousandWalletsADay: 1e6,
  },
};

export const hop = (from: string, to: string, rupees: number, minute: number): Move => ({
  from,
  to,
  rupees,
  atMs: minute * MINUTE_MS,
});

/** Ten days later: after {@link ordinaryLife}. */
export const late = (move: Move): Move => ({ ...move, atMs: move.atMs + 10 * DAY_MS });
