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
    const passes = (forMs: number): void => {
      nowMs += forMs;
    };
    return { drawing, drawn: () => drawn, passes };
  }

  it('rests longer while events come, and not so long any more once they have ended', async () => {
    const { drawing, drawn, passes } = drawingThatTakes(400);
    let eventsCome = false;
    let rested = 0;
    const rests: number[] = [];
    jest.spyOn(timers, 'setTimeout').mockImplementation((ms) => {
      if (drawn() > rests.length + 1) {
        rests.push(rested / 400);
        rested = 0;
        eventsCome = rests.length === 1 || rests.length === 2;
      }
      rested += ms!;
      passes(ms!);
      // The third rest begins as the first and second, and they end while it lasts.
      if (rests.length === 2 && rested >= 4 * 400) eventsCome = false;
      if (eventsCome) drawing.eventsCame();
      return setImmediate();
    });
    await drawing.onApplicationBootstrap();
    while (rests.length < 4) await setImmediate();
    await drawing.onModuleDestroy();
    expect(rests[0]).toBe(3);
    expect(rests[1]).toBe(19);
    expect(rests[2]).toBeLessThan(10);
    expect(rests[3]).toBe(3);
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
