import { setTimeout as sleep } from 'node:timers/promises';
import { StopRequest, StopRequested } from './stop-request';

const never = new Promise<never>(() => undefined);

describe('a stop request', () => {
  it('lets work through that nobody wants stopped', async () => {
    const stop = new StopRequest();
    expect(await stop.during(Promise.resolve(7))).toBe(7);
    await expect(stop.during(Promise.reject(new Error('its own')))).rejects.toThrow('its own');
    expect(() => {
      stop.check();
    }).not.toThrow();
  });

  it('ends whatever is waited for, with its reason, and only the first reason counts', async () => {
    const stop = new StopRequest();
    const waiting = stop.during(never);
    stop.because(new Error('PostgreSQL ended'));
    stop.because(new StopRequested());
    await expect(waiting).rejects.toThrow('PostgreSQL ended');
    await expect(stop.during(never)).rejects.toThrow('PostgreSQL ended');
    expect(() => {
      stop.check();
    }).toThrow('PostgreSQL ended');
  });

  it('takes the Ctrl-C that npm passes on for the same one, and a later one for impatience', async () => {
    const stop = new StopRequest();
    const told: string[] = [];
    const before = process.listeners('SIGHUP');
    stop.listen(
      () => told.push('begun'),
      () => told.push('forced'),
    );
    const hangUp = process.listeners('SIGHUP').find((listener) => !before.includes(listener))!;
    try {
      hangUp('SIGHUP');
      hangUp('SIGHUP');
      expect(told).toEqual(['begun']);
      expect(stop.signal.reason).toBeInstanceOf(StopRequested);
      await sleep(550);
      hangUp('SIGHUP');
      expect(told).toEqual(['begun', 'forced']);
    } finally {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
        const own = process.listeners(signal).at(-1);
        if (own) process.removeListener(signal, own);
      }
    }
  });
});
