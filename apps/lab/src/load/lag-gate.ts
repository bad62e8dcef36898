import { setTimeout as sleep } from 'node:timers/promises';

export interface LagLimit {
  /** Of scoring. */
  readonly url: string;
  /** Entries of the log between its end and where it is scored up to. */
  readonly entriesMax: number;
}

const POLL_MS = 50;
const ANSWER_MAX_MS = 30_000;

/** Of so many requests each is held from another lag on, between half the limit and all of it. */
const STEPS = 4;

/** Holds a sender back while detection is too far behind: what is sent is then what the whole way takes. */
export class LagGate {
  private behind = 0;
  private ended = false;
  private asked = 0;

  constructor(private readonly limit: LagLimit) {
    void this.look();
  }

  /** Ends once detection has caught up, at the latest at a time by {@link performance}. */
  async open(untilMs: number): Promise<void> {
    // Held and let go all at once, senders would leave ingestion idle by turns, and what is measured would be that.
    const step = this.asked % STEPS;
    this.asked += 1;
    const entriesMax = this.limit.entriesMax * (1 - step / (2 * STEPS));
    const isHeld = (): boolean => this.behind > entriesMax && !this.ended;
    while (isHeld() && performance.now() < untilMs) await sleep(POLL_MS);
  }

  end(): void {
    this.ended = true;
  }

  private async look(): Promise<void> {
    while (!this.ended) {
      try {
        const signal = AbortSignal.timeout(ANSWER_MAX_MS);
        const response = await fetch(`${this.limit.url}/v1/progress`, { signal });
        const { head, position } = (await response.json()) as { head: number; position: number };
        this.behind = head - position;
      } catch {
        // A scoring that does not answer is not known to be behind; whoever started it looks after it.
      }
      await sleep(POLL_MS);
    }
  }
}
