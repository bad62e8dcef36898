import { setTimeout as sleep } from 'node:timers/promises';

export interface LagLimit {
  /** Of scoring. */
  readonly url: string;
  /** Entries of the log between its end and where it is scored up to. */
  readonly entriesMax: number;
}

const POLL_MS = 50;
const ANSWER_MAX_MS = 30_000;

/** Holds a sender back while detection is too far behind: what is sent is then what the whole way takes. */
export class LagGate {
  private behind = 0;
  private ended = false;

  constructor(private readonly limit: LagLimit) {
    void this.look();
  }

  /** Ends once detection has caught up, at the latest at a time by {@link performance}. */
  async open(untilMs: number): Promise<void> {
    const isHeld = (): boolean => this.behind > this.limit.entriesMax && !this.ended;
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
