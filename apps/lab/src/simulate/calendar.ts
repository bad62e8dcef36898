import { DAY_MS, HOUR_MS, type EventTimeMs } from '#domain';
import { type RandomStream } from './random-stream';
import { SIMULATION } from './simulation-parameters';

/** A simulated day, midnight to midnight in Karachi. */
export interface SimulatedDay {
  /** 0 for the first. */
  readonly index: number;
  readonly startMs: EventTimeMs;
  readonly endMs: EventTimeMs;
  readonly dayOfMonth: number;
  /** 0 is Sunday, 5 is Friday. */
  readonly weekday: number;
}

const FIRST_DAY_MS = Date.parse(`${SIMULATION.firstDay}T00:00:00Z`);
const OFFSET_MS = SIMULATION.utcOffsetHours * HOUR_MS;

export function simulatedDay(index: number): SimulatedDay {
  const local = new Date(FIRST_DAY_MS + index * DAY_MS);
  const startMs = local.getTime() - OFFSET_MS;
  return {
    index,
    startMs,
    endMs: startMs + DAY_MS,
    dayOfMonth: local.getUTCDate(),
    weekday: local.getUTCDay(),
  };
}

/** The index of the simulated day an instant falls on; negative before the first. */
export const dayIndexOf = (atMs: EventTimeMs): number =>
  Math.floor((atMs + OFFSET_MS - FIRST_DAY_MS) / DAY_MS);

/** The hour of the day in Karachi, with its fraction. */
export const hourOf = (atMs: EventTimeMs): number => ((atMs + OFFSET_MS) % DAY_MS) / HOUR_MS;

/** How busy each hour is, midnight first. Our assumption: quiet at dawn, a noon rise, an evening peak. */
const WEIGHT_BY_HOUR = [
  8, 4, 2, 1, 1, 2, 5, 12, 24, 38, 50, 56, 58, 54, 50, 50, 54, 60, 70, 78, 80, 66, 44, 22,
];
/** Shops close for the Friday prayer. */
const FRIDAY = 5;
const FRIDAY_PRAYER_HOUR = 13;
const FRIDAY_PRAYER_FACTOR = 0.3;

function accumulated(weights: readonly number[]): readonly number[] {
  let sum = 0;
  return weights.map((weight) => (sum += weight));
}

const ORDINARY_DAY = accumulated(WEIGHT_BY_HOUR);
const FRIDAY_HOURS = accumulated(
  WEIGHT_BY_HOUR.map((w, hour) => (hour === FRIDAY_PRAYER_HOUR ? w * FRIDAY_PRAYER_FACTOR : w)),
);

/** An instant of the day, at the hours people are about. */
export function timeOfLife(day: SimulatedDay, random: RandomStream): EventTimeMs {
  const hours = day.weekday === FRIDAY ? FRIDAY_HOURS : ORDINARY_DAY;
  const drawn = random.next() * hours[hours.length - 1]!;
  const hour = hours.findIndex((sum) => drawn < sum);
  return atHour(day, hour + random.next());
}

/** An instant of the day between two hours; fractions allowed, 9.5 is half past nine. */
export const timeBetween = (
  day: SimulatedDay,
  random: RandomStream,
  fromHour: number,
  toHour: number,
): EventTimeMs => atHour(day, random.between(fromHour, toHour));

const atHour = (day: SimulatedDay, hour: number): EventTimeMs =>
  day.startMs + Math.floor(hour * HOUR_MS);
