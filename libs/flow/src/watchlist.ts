import { type EventTimeMs, type Indicator } from '#domain';
import { Interner } from './interner';

interface Mark {
  readonly origin: number;
  readonly knownFromMs: EventTimeMs;
}

/** Known operations, by the marks they are recognised by. */
export class Watchlist {
  private readonly marks = new Map<string, Mark[]>();
  private readonly origins = new Interner();

  /** Adding an indicator again changes nothing. */
  add(indicator: Indicator): void {
    const origin = this.origins.index(indicator.operationId);
    const marks = this.marks.get(indicator.match) ?? [];
    if (marks.some((mark) => mark.origin === origin)) return;
    marks.push({ origin, knownFromMs: indicator.knownFromMs });
    this.marks.set(indicator.match, marks);
  }

  /** The operation that a wallet's key or an identifier's token points to at that time; -1 where there is none. */
  originOf(match: string, atMs: EventTimeMs): number {
    for (const mark of this.marks.get(match) ?? []) {
      if (mark.knownFromMs <= atMs) return mark.origin;
    }
    return -1;
  }

  operationId(origin: number): string {
    return this.origins.text(origin);
  }
}
