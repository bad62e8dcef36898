/** Someone asked for a stop: no failure, but the end of whatever is being waited for. */
export class StopRequested extends Error {
  override readonly name = 'StopRequested';
}

/** npm passes a terminal's Ctrl-C on to us, who got it already: so soon after the first it is the same one. */
const SAME_REQUEST_MS = 500;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * What ends a run: a signal, or the failure of something it cannot go on without. The first one counts.
 *
 * Whatever is waited for is waited for through {@link during}, so that Ctrl-C works at any stage.
 */
export class StopRequest {
  private readonly controller = new AbortController();
  private readonly requested: Promise<never>;
  private requestedAtMs = 0;

  constructor() {
    this.requested = new Promise((_, reject) => {
      this.signal.addEventListener('abort', () => {
        reject(this.signal.reason as Error);
      });
    });
    // Told through `during`; by itself it is no unhandled rejection.
    this.requested.catch(() => undefined);
  }

  /** Aborted with the run's end as its reason. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /**
   * Listens to SIGINT, SIGTERM and SIGHUP.
   *
   * @param begun called at the first
   * @param forced called at a further one, when someone has lost patience
   */
  listen(begun: () => void, forced: () => void): void {
    for (const name of SIGNALS) {
      process.on(name, () => {
        if (this.signal.aborted) {
          if (performance.now() - this.requestedAtMs > SAME_REQUEST_MS) forced();
          return;
        }
        begun();
        this.because(new StopRequested(name));
      });
    }
  }

  because(reason: Error): void {
    if (this.signal.aborted) return;
    this.requestedAtMs = performance.now();
    this.controller.abort(reason);
  }

  /**
   * What the work gives, or the stop's reason as soon as there is one. The work itself is not interrupted.
   *
   * @throws StopRequested, or the failure that ends the run
   */
  async during<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.requested]);
  }

  /** @throws StopRequested, or the failure that ends the run, where there is one */
  check(): void {
    this.signal.throwIfAborted();
  }
}
