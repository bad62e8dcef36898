import { type LogPosition } from '#contracts';

const FLUSH_POINTS_PAGE = 10_000;

/** Where flush points are stored. */
export interface FlushPointStore {
  /** In order, from a position on (inclusive). */
  flushPoints(from: LogPosition, pointsMax: number): Promise<LogPosition[]>;
}

/** The flush points that a replay comes by, read ahead a page at a time. */
export class FlushPoints {
  private points: LogPosition[] = [];
  private next = 0;
  private readTo: LogPosition;
  private isLastPage = false;

  /** @param from the replay asks for none before */
  constructor(
    private readonly store: FlushPointStore,
    from: LogPosition,
  ) {
    this.readTo = from;
  }

  /** Reads on until it knows of every point up to this position. */
  async load(to: LogPosition): Promise<void> {
    while (!this.isLastPage && (this.points.at(-1) ?? this.readTo - 1) < to) {
      const page = await this.store.flushPoints(this.readTo, FLUSH_POINTS_PAGE);
      this.points = [...this.points.slice(this.next), ...page];
      this.next = 0;
      this.readTo = (page.at(-1) ?? this.readTo) + 1;
      this.isLastPage = page.length < FLUSH_POINTS_PAGE;
    }
  }

  /** Whether detection was flushed after this entry. Positions are asked for in their order. */
  take(position: LogPosition): boolean {
    while (this.next < this.points.length && this.points[this.next]! < position) this.next += 1;
    return this.points[this.next] === position;
  }
}
