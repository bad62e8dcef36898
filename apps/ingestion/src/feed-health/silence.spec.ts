import { DAY_MS, HOUR_MS, MINUTE_MS } from '#domain';
import { type HourCount, silenceOf } from './silence';
import { lagWithin } from './lag-within';

const NOON = Date.UTC(2026, 10, 30, 12);

/** So many rows at each hour of the days before noon. */
const habit = (days: number, rowsAt: (hour: number) => number): HourCount[] =>
  Array.from({ length: days * 24 }, (_, back) => {
    const hourMs = NOON - (back + 1) * HOUR_MS;
    return { hourMs, rows: rowsAt(new Date(hourMs).getUTCHours()) };
  });

describe('silence', () => {
  it.each([
    [9, false],
    [10, true],
    [11, true],
  ])('where %i rows would have come is told: %s', (minutes, isSilent) => {
    const silence = silenceOf(
      habit(7, () => 60),
      NOON,
      NOON + minutes * MINUTE_MS,
    );
    expect(silence.isSilent).toBe(isSilent);
    expect(silence.expectedRows).toBeCloseTo(minutes, 6);
  });

  it('at night, when nothing comes, is none', () => {
    const byDay = habit(7, (hour) => (hour >= 8 && hour < 18 ? 1_000 : 0));
    const evening = NOON + 6 * HOUR_MS;
    expect(silenceOf(byDay, evening, evening + 13 * HOUR_MS).isSilent).toBe(false);
    expect(silenceOf(byDay, evening, evening + 14 * HOUR_MS + 2 * MINUTE_MS).isSilent).toBe(true);
  });

  it('is not judged before there are three days to judge by', () => {
    expect(
      silenceOf(
        habit(2, () => 1_000),
        NOON,
        NOON + HOUR_MS,
      ),
    ).toMatchObject({ expectedRows: null });
    expect(
      silenceOf(
        habit(3, () => 1_000),
        NOON,
        NOON + HOUR_MS,
      ),
    ).toMatchObject({ isSilent: true });
  });

  it('counts an hour without rows as nought, so one storm is no habit', () => {
    const storm = [...habit(7, () => 0), { hourMs: NOON - DAY_MS, rows: 1_000_000 }];
    expect(silenceOf(storm, NOON, NOON + HOUR_MS).isSilent).toBe(false);
  });

  it('of a feed that ended long ago is looked at for a while only', () => {
    expect(
      silenceOf(
        habit(14, () => 1),
        NOON,
        NOON + 3_650 * DAY_MS,
      ).isSilent,
    ).toBe(true);
    expect(
      silenceOf(
        habit(14, () => 0),
        NOON,
        NOON + 3_650 * DAY_MS,
      ).isSilent,
    ).toBe(false);
  });
});

describe('a lag', () => {
  it('is the power of two within which a share of the rows came', () => {
    expect(lagWithin([], 0.5)).toBeNull();
    expect(lagWithin([[0, 0]], 0.5)).toBeNull();
    expect(lagWithin([[50, 0, 50]], 0.5)).toBe(1);
    expect(lagWithin([[49, 0, 51]], 0.5)).toBe(4);
    expect(
      lagWithin(
        [
          [10, 0, 0],
          [0, 0, 10],
        ],
        0.95,
      ),
    ).toBe(4);
  });
});
