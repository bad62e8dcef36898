import { AppError } from '#domain';
import { type DemoDone, type DemoMessage, readDemoMessage } from './demo-messages';
import { describeEnding, ForkedProgram, type ProgramPlan } from './forked-program';

/** It ends after the batch in hand, and notes how far it came. */
const STOP_GRACE_MS = 10_000;

/** The demo feed on its way: the lab, sending it through the same API as every provider. */
export class DemoFeed {
  private readonly program: ForkedProgram;
  private done: DemoDone | null = null;
  private failure: string | null = null;

  /** @param plan of the lab's `feed --demo`, which goes on where an earlier one stopped */
  constructor(
    private readonly plan: ProgramPlan,
    onMessage: (message: DemoMessage) => void,
  ) {
    this.program = new ForkedProgram(plan, (received) => {
      const message = readDemoMessage(received);
      if (message === null) return;
      if (message.type === 'done') this.done = message;
      if (message.type === 'failed') this.failure = message.message;
      onMessage(message);
    });
  }

  /**
   * Waits until every row is answered.
   *
   * @throws AppError UNAVAILABLE where it ended before, with its reason
   */
  async finished(): Promise<DemoDone> {
    const ending = await this.program.ended;
    if (this.done !== null) return this.done;
    const why =
      this.failure ?? ending.reason ?? `${describeEnding(ending)}, see ${this.plan.log.path}`;
    throw new AppError('UNAVAILABLE', `the demo feed has stopped: ${why}`);
  }

  async stop(): Promise<void> {
    await this.program.stop(STOP_GRACE_MS);
  }

  kill(): void {
    this.program.kill();
  }
}
