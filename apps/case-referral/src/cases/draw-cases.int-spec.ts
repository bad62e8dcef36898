import { type EntityManager } from 'typeorm';
import { type PinoLogger } from 'nestjs-pino';
import timers, { setImmediate } from 'node:timers/promises';
import { createTestDatabase, type TestDatabase } from '#testing';
import { CaseReferralConfig } from '../case-referral-config';
import { type CaseRepository } from './case.repository';
import { DrawCases } from './draw-cases';
import { type RefreshCases } from './refresh-cases';

describe('drawing cases', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await database.drop();
  });

  /** A clock that only drawing moves, and one case that is always due. */
  function drawingThatTakes(ms: number) {
    let drawn = 0;
    let nowMs = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => nowMs);
    const cases = {
      transaction: (work: (manager: EntityManager) => Promise<void>) =>
        work(database.dataSource.manager),
      lockDue: () => Promise.resolve(['a']),
      drawn: () => Promise.resolve(),
    };
    const refresh = {
      run: () => {
        drawn += 1;
        nowMs += ms;
        return Promise.resolve();
      },
    };
    const drawing = new DrawCases(
      Object.assign(new CaseReferralConfig(), { DATABASE_URL: database.databaseUrl }),
      cases as unknown as CaseRepository,
      refresh as unknown as RefreshCases,
      { error: jest.fn() } as unknown as PinoLogger,
    );
    return { drawing, drawn: () => drawn };
  }

  it('rests longer while events come', async () => {
    const rests: number[] = [];
    jest.spyOn(timers, 'setTimeout').mockImplementation((ms) => {
      rests.push(ms!);
      return setImmediate();
    });
    const { drawing } = drawingThatTakes(400);
    await drawing.onApplicationBootstrap();
    while (rests.length === 0) await setImmediate();
    drawing.eventsCame();
    // The third drawing after them begins when they have been over for a second.
    while (rests.length < 5) await setImmediate();
    await drawing.onModuleDestroy();
    expect(rests.slice(0, 5).map((ms) => ms / 400)).toEqual([3, 19, 19, 3, 3]);
  });

  it('ends at once when it is to stop, however long it rests from a drawing', async () => {
    // As long as many large cases take: the rest that follows is longer than a test may be.
    const { drawing, drawn } = drawingThatTakes(60_000);
    await drawing.onApplicationBootstrap();
    while (drawn() === 0) await setImmediate();
    await drawing.onModuleDestroy();
    expect(drawn()).toBe(1);
  });
});
