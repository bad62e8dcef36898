/** One thing without which the service should get no requests. Throws, or rejects, where it is missing. */
export interface ReadinessCheck {
  readonly name: string;
  check(): void | Promise<void>;
}

/** What has to be well for this process to be sent requests. Parts that can fail add themselves. */
export class Readiness {
  readonly checks: ReadinessCheck[] = [];
  private ending = false;

  add(check: ReadinessCheck): void {
    this.checks.push(check);
  }

  /** From now on the service is not ready, so that nobody sends more while the rest is finished. */
  end(): void {
    this.ending = true;
  }

  get ended(): boolean {
    return this.ending;
  }
}
