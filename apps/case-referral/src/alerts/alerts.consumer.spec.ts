import 'reflect-metadata';
import { type CustomTransportStrategy, Server } from '@nestjs/microservices';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom } from 'rxjs';
import { EVENTS } from '#contracts';
import { OUTBOX_BATCH_END, OutboxContext } from '#messaging';
import { createServiceApp } from '#platform';
import { loadCaseReferralConfig } from '../case-referral-config';
import { CASE_REFERRAL_SERVICE, caseReferralModule } from '../case-referral.module';

/** Holds the handlers that Nest made, and calls them by hand. */
class ByHand extends Server implements CustomTransportStrategy {
  listen(callback: () => void): void {
    callback();
  }

  close(): void {
    // Nothing was opened.
  }

  override on(): never {
    throw new Error('no events');
  }

  override unwrap(): never {
    throw new Error('nothing is below');
  }

  async call(pattern: string, body: unknown, context: OutboxContext): Promise<unknown> {
    const handler = this.getHandlerByPattern(pattern)!;
    return lastValueFrom(this.transformToObservable(await handler(body, context)), {
      defaultValue: undefined,
    });
  }
}

describe('what reads the events of scoring', () => {
  const events = new ByHand();
  const folder = mkdtempSync(join(tmpdir(), 'layerwatch-case-referral-'));
  let close: () => Promise<void>;

  beforeAll(async () => {
    const keyFile = join(folder, 'identity.key');
    writeFileSync(keyFile, Buffer.alloc(32, 7).toString('base64'));
    const config = loadCaseReferralConfig({
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/layerwatch_test',
      IDENTITY_KEY_FILE: keyFile,
      LOG_LEVEL: 'silent',
    });
    const { app } = await createServiceApp(caseReferralModule(config), CASE_REFERRAL_SERVICE);
    app.connectMicroservice({ strategy: events });
    await app.startAllMicroservices();
    close = () => app.close();
  });

  afterAll(async () => {
    await close();
    rmSync(folder, { recursive: true });
  });

  it('has a handler for every event of scoring, and for the end of a batch', () => {
    const patterns = [...events.getHandlers().keys()].sort();
    // The one that it tells itself.
    const { caseReferred, ...ofScoring } = EVENTS;
    expect(patterns).not.toContain(caseReferred);
    expect(patterns).toEqual([...Object.values(ofScoring), OUTBOX_BATCH_END].sort());
  });

  it('lets an error through as it was thrown: by its class it is told apart', async () => {
    const failure = new RangeError('the transaction is gone');
    const manager = { query: () => Promise.reject(failure) };
    const body = { alert: { id: 'x', operationIds: [] }, evidence: [] };
    const context = new OutboxContext([manager as never, 1]);
    await events.call(EVENTS.alertRaised, body, context);
    await expect(events.call(OUTBOX_BATCH_END, null, context)).rejects.toBe(failure);
  });
});
