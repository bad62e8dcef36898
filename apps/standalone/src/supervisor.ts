import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '#domain';
import { EXIT_BAD_CONFIGURATION } from '#platform';
import { describeEnding, type Ending, ForkedProgram, type ProgramPlan } from './forked-program';
import { RESTART_LIMITS, type RestartLimits, RestartPolicy } from './restart-policy';

/** Longer than a service gives itself, so that it is never cut short while it still keeps to its own limit. */
const STOP_GRACE_MS = 25_000;

export interface SupervisorEvents {
  /** Something the operator should know that needs nothing of them. */
  notice(line: string): void;
  /** A service is not to be had any more. Called once. */
  givenUp(error: AppError): void;
}

/** Keeps the services running until they are told to stop. */
export class Supervisor {
  private readonly running = new Map<string, ForkedProgram>();
  private readonly watches: Promise<void>[] = [];
  private readonly stopping = new AbortController();
  private haveStarted = false;
  private hasGivenUp = false;

  constructor(
    private readonly plans: readonly ProgramPlan[],
    private readonly events: SupervisorEvents,
    private readonly limits: RestartLimits = RESTART_LIMITS,
  ) {}

  start(): void {
    this.startThose((plan) => !plan.background);
  }

  /**
   * All that others wait for have been ready once: from now on one that ends is started again. Before, its end is the end of
   * the start. What works in the background begins now, so that nobody waits for it.
   */
  markStarted(): void {
    this.haveStarted = true;
    this.startThose((plan) => plan.background);
  }

  private startThose(those: (plan: ProgramPlan) => boolean): void {
    for (const plan of this.plans.filter(those)) this.watches.push(this.watch(plan));
  }

  /** Tells all to stop, and waits for their ends. Called again, it waits for the same. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all([...this.running.values()].map((program) => program.stop(STOP_GRACE_MS)));
    await Promise.all(this.watches);
  }

  /** Ends all at once. What they had in hand is left to the next start. */
  kill(): void {
    this.stopping.abort();
    for (const program of this.running.values()) program.kill();
  }

  private async watch(plan: ProgramPlan): Promise<void> {
    const policy = new RestartPolicy(this.limits);
    // Ends by the policy: so many restarts in its window, and no more.
    for (;;) {
      const program = new ForkedProgram(plan);
      this.running.set(plan.name, program);
      const ending = await program.ended;
      this.running.delete(plan.name);
      if (this.isStopping()) return;
      const pauseMs = this.haveStarted ? policy.next(performance.now()) : null;
      if (pauseMs === null) {
        if (plan.background) this.events.notice(endedTooOften(plan, ending, this.limits).message);
        else this.giveUp(plan, ending);
        return;
      }
      await sleep(pauseMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      // Told to stop meanwhile: then its end was part of the same Ctrl-C, and nothing to tell of.
      if (this.isStopping()) return;
      this.events.notice(`${plan.name} ended (${describeEnding(ending)}); started again`);
    }
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  private giveUp(plan: ProgramPlan, ending: Ending): void {
    if (this.hasGivenUp) return;
    this.hasGivenUp = true;
    this.events.givenUp(
      this.haveStarted ? endedTooOften(plan, ending, this.limits) : couldNotStart(plan, ending),
    );
  }
}

function couldNotStart(plan: ProgramPlan, ending: Ending): AppError {
  const why = ending.reason ?? describeEnding(ending);
  const code = ending.code === EXIT_BAD_CONFIGURATION ? 'INVALID_INPUT' : 'UNAVAILABLE';
  return new AppError(code, `${plan.name} did not start: ${why} (its log: ${plan.log.path})`);
}

function endedTooOften(plan: ProgramPlan, ending: Ending, limits: RestartLimits): AppError {
  const { restartsMax, windowMs } = limits;
  return new AppError(
    'UNAVAILABLE',
    `${plan.name} ended ${restartsMax + 1} times within ${windowMs / 1_000} s, last with ${describeEnding(ending)}; ` +
      `its log tells why: ${plan.log.path}`,
  );
}
