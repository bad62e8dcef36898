import { type EntityManager } from 'typeorm';
import { type PinoLogger } from 'nestjs-pino';
import { setImmediate } from 'node:timers/promises';
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

  it('ends at once when it is to stop, however long it rests from a drawing', async () => {
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
        // As long as many large cases take: the rest that follows is longer than a test may be.
        nowMs += 60_000;
        return Promise.resolve();
      },
    };
    const drawing = new DrawCases(
      Object.assign(new CaseReferralConfig(), { DATABASE_URL: database.databaseUrl }),
      cases as unknown as CaseRepository,
      refresh as unknown as RefreshCases,
      { error: jest.fn() } as unknown as PinoLogger,
    );
    await drawing.onApplicationBootstrap();
    while (drawn === 0) await setImmediate();
    await drawing.onModuleDestroy();
    expect(drawn).toBe(1);
  });
});
