import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { InjectPinoLogger, PinoLogger } from 'nestjs-pino';
import { type AuditActor, AuditTrail } from '#audit';

/**
 * Why nobody is known:
 *
 * - nothing: nothing was sent to be known by
 * - token: a token or a key that is not taken
 * - session: a session that has ended, or never was
 * - forgery: another site may have had the browser send it
 * - sign in: the issuer did not let them in, or they did not begin here
 */
export type WhyUnknown = 'nothing' | 'token' | 'session' | 'forgery' | 'sign in';

/** So long the same is counted before it is written down again. */
const COUNTED_FOR_MS = 60_000;
/** Whoever it was. */
const UNKNOWN_ACTOR: AuditActor = { id: 'unknown', roles: [], unit: null };

interface Counted {
  count: number;
  readonly ends: NodeJS.Timeout;
}

/**
 * Writes down that somebody was not let in of whom nobody knows who it is: the first time at once, then as a count once a minute, so that
 * nobody fills the trail from outside. A crash loses the count of a minute.
 */
@Injectable()
export class UnknownCallers implements BeforeApplicationShutdown {
  private readonly counted = new Map<WhyUnknown, Counted>();

  constructor(
    private readonly trail: AuditTrail,
    @InjectPinoLogger(UnknownCallers.name) private readonly logger: PinoLogger,
  ) {}

  /** Never fails: whoever is refused is refused anyway. */
  async refused(because: WhyUnknown): Promise<void> {
    const open = this.counted.get(because);
    if (open !== undefined) {
      open.count += 1;
      return;
    }
    const ends = setTimeout(() => void this.close(because), COUNTED_FOR_MS).unref();
    this.counted.set(because, { count: 0, ends });
    await this.write(because, 1);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([...this.counted.keys()].map((because) => this.close(because)));
  }

  private async close(because: WhyUnknown): Promise<void> {
    const { count, ends } = this.counted.get(because) ?? { count: 0 };
    clearTimeout(ends);
    this.counted.delete(because);
    if (count > 0) await this.write(because, count);
  }

  private async write(because: WhyUnknown, count: number): Promise<void> {
    try {
      const details = { because, count };
      const fact = { act: 'be let in', outcome: 'refused', actor: UNKNOWN_ACTOR } as const;
      await this.trail.note({ ...fact, object: null, details });
    } catch (error) {
      this.logger.error({ err: error, because, count }, 'refusals could not be written down');
    }
  }
}
