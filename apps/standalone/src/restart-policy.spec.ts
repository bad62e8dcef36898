import { RestartPolicy } from './restart-policy';

const limits = { restartsMax: 3, windowMs: 1_000, pauseFirstMs: 10, pauseMaxMs: 25 };

describe('the restart policy', () => {
  it('waits longer each time, up to its limit, and then gives up', () => {
    const policy = new RestartPolicy(limits);
    expect([0, 1, 2, 3].map((nowMs) => policy.next(nowMs))).toEqual([10, 20, 25, null]);
  });

  it('forgets a restart once the window has passed, and not a millisecond before', () => {
    const policy = new RestartPolicy(limits);
    for (const nowMs of [0, 500, 600]) policy.next(nowMs);
    expect(policy.next(999)).toBeNull();
    expect(policy.next(1_000)).toBe(25);
    expect(policy.next(1_001)).toBeNull();
  });

  it('begins with the shortest pause again after a quiet window', () => {
    const policy = new RestartPolicy(limits);
    for (const nowMs of [0, 1, 2]) policy.next(nowMs);
    expect(policy.next(5_000)).toBe(10);
  });
});
