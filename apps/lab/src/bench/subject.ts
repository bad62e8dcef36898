import { type TransferEntry } from '#contracts';
import { FLOW_LIMITS, FlowEngine } from '#flow';
import { Detector } from '#typologies';

/** What is measured: the flow engine alone, or everything that detection does with an entry. */
export const SUBJECTS = ['engine', 'detector'] as const;
export type SubjectName = (typeof SUBJECTS)[number];

export interface Subject {
  apply(entry: TransferEntry): void;
}

/**
 * @param memoryMs how long the engine remembers; null for what it is set to in service
 * @param replays it has told of the entries before, as when scoring starts
 */
export function createSubject(
  name: SubjectName,
  memoryMs: number | null,
  replays = false,
): Subject {
  const limits = memoryMs === null ? FLOW_LIMITS : { ...FLOW_LIMITS, memoryMs };
  switch (name) {
    case 'engine': {
      const engine = new FlowEngine(limits);
      return {
        apply: ({ position, transfer, debtorTokens, creditorTokens }) => {
          // As the detector has it: only what is settled moves money.
          if (transfer.status === 'SETTLED') {
            engine.move(position, transfer, debtorTokens, creditorTokens);
          }
        },
      };
    }
    case 'detector': {
      const detector = new Detector({ limits });
      return {
        apply: (entry) => {
          if (!replays) detector.apply(entry);
          else detector.silently(() => detector.apply(entry));
        },
      };
    }
    default:
      return name satisfies never;
  }
}
