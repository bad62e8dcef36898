import { type LogEntry } from '#contracts';
import {
  type ComplainedPayment,
  type ComplaintReason,
  type FeedEvent,
  invariant,
  type WalletNews,
} from '#domain';
import { type DetectionWatch } from '../src/detection-watch';
import { Detector, type DetectorOptions } from '../src/detector';
import { DEFAULT_PACK, type RulePack } from '../src/rule-pack';
import { logOf, type Move, START_MS } from './feed';

/** What an event tells of a wallet. */
export type ToldNews =
  | { readonly type: 'TIER_CHANGE'; readonly tier: string }
  | { readonly type: 'LOGIN'; readonly handset: string | null }
  | { readonly type: 'AGENT_REGISTERED'; readonly openedAtMs: number | null };

/** One thing that the log tells of; all times since the feed's start. Numbers are tokens. */
export type Happening =
  | ({ readonly do: 'pay'; readonly numbers?: readonly string[] } & Move)
  | { readonly do: 'call'; readonly caller: string; readonly callee: string; readonly atMs: number }
  | {
      readonly do: 'change';
      readonly type: 'SIM_CHANGE' | 'DEVICE_CHANGE';
      readonly wallet: string;
      readonly atMs: number;
    }
  | {
      readonly do: 'tell';
      readonly wallet: string;
      readonly atMs: number;
      readonly news: ToldNews;
      /** Who tells it; the provider that keeps the wallet where it is left out. */
      readonly by?: string;
    }
  | {
      readonly do: 'complain';
      /** The index of the payment; null for one that was never told of. */
      readonly of: number | null;
      readonly reason?: ComplaintReason;
      readonly atMs: number;
      readonly by?: string;
    }
  | {
      readonly do: 'report';
      readonly number: string;
      readonly operationId: string;
      readonly knownFromMs: number;
    };

/** As the log tells them, in the order given: each stands at its index plus one, times two. */
export function logOfHappenings(happenings: readonly Happening[]): LogEntry[] {
  return happenings.map((happening, i): LogEntry => {
    const position = 2 * (i + 1);
    switch (happening.do) {
      case 'pay': {
        const [entry] = logOf([happening], i);
        return { ...entry, debtorTokens: happening.numbers ?? [] } as LogEntry;
      }
      case 'report': {
        const { number, operationId, knownFromMs } = happening;
        const known = { match: number, knownFromMs: START_MS + knownFromMs };
        const indicators = [{ operationId, type: 'msisdn' as const, ...known }];
        return { kind: 'indicators.registered.v1', position, indicators };
      }
      case 'call':
      case 'change':
      case 'tell':
        return { kind: 'event', position, event: eventOf(happening, i) };
      case 'complain': {
        const { of, reason = 'FRAUD', by = 'p' } = happening;
        const at = START_MS + happening.atMs;
        const reported = { provider: by, eventId: `e${i}`, occurredAtMs: at };
        const about = of === null ? null : paymentOf(happenings, of);
        return {
          kind: 'event',
          position,
          event: { ...reported, type: 'COMPLAINT', reason, about },
        };
      }
      default:
        return happening satisfies never;
    }
  });
}

/** What the log tells of a payment that is complained of. */
function paymentOf(happenings: readonly Happening[], of: number): ComplainedPayment {
  const payment = happenings[of];
  invariant(payment?.do === 'pay', 'a complaint is of a payment');
  const wallet = (walletId: string) => ({ provider: 'p', walletId });
  return {
    ...{ position: 2 * (of + 1), reportedBy: 'p', currency: 'PKR' },
    ...{ debtor: wallet(payment.from), creditor: wallet(payment.to) },
  };
}

function eventOf(
  happening: Extract<Happening, { do: 'call' | 'change' | 'tell' }>,
  index: number,
): FeedEvent {
  const reported = {
    provider: 'p',
    eventId: `e${index}`,
    occurredAtMs: START_MS + happening.atMs,
  };
  if (happening.do === 'call') {
    const { caller, callee } = happening;
    return { ...reported, type: 'CALL', caller, callee };
  }
  if (happening.do === 'tell') {
    const { news, by = 'p', wallet: walletId } = happening;
    const told = { ...reported, provider: by, wallet: { provider: 'p', walletId } };
    return { ...told, ...news } satisfies WalletNews;
  }
  const { type, wallet } = happening;
  return { ...reported, type, wallet: { provider: 'p', walletId: wallet } };
}

/** A signal, by the indexes of the happenings that it names. */
export interface SeenSignal {
  /** The payment it was seen at. */
  readonly at: number;
  readonly logOdds: number;
  readonly evidence: readonly number[];
  readonly operationIds: readonly string[];
}

const indexOf = (position: number): number => position / 2 - 1;

/** Every signal of a typology, whatever became of it. */
export function signalsOf(
  entries: readonly LogEntry[],
  typology: string,
  options: DetectorOptions = {},
): SeenSignal[] {
  const seen: SeenSignal[] = [];
  const watch: DetectionWatch = {
    candidate: () => undefined,
    carried: () => undefined,
    saw: ({ step }, name, signal) => {
      if (signal === null || name !== typology) return;
      seen.push({
        at: indexOf(step.position),
        logOdds: signal.logOdds,
        evidence: signal.evidence.map(({ position }) => indexOf(position)),
        operationIds: [...(signal.operationIds ?? [])].sort(),
      });
    },
  };
  const detector = new Detector({ ...options, watch });
  for (const entry of entries) detector.apply(entry);
  detector.flush();
  return seen;
}

/** The default pack with other values of one typology. */
export const packWith = (
  typology: keyof RulePack['typologies'],
  values: Readonly<Record<string, number>>,
): RulePack => ({
  ...DEFAULT_PACK,
  typologies: {
    ...DEFAULT_PACK.typologies,
    [typology]: { ...DEFAULT_PACK.typologies[typology], ...values },
  },
});
