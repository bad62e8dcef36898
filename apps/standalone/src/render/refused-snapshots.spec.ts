import { refusedSnapshots } from './refused-snapshots';

describe('what is said of refused snapshots', () => {
  it('is nothing where none was', () => {
    expect(refusedSnapshots({ kind: 'snapshot', refused: [] })).toBeNull();
    expect(refusedSnapshots({ kind: 'log', refused: [] })).toBeNull();
  });

  it('is why, once a reason, and what is used instead', () => {
    const damaged = { reason: 'corrupt' };
    expect(refusedSnapshots({ kind: 'log', refused: [damaged, damaged] })).toBe(
      'refused (damaged): the log is read instead',
    );
    expect(refusedSnapshots({ kind: 'snapshot', refused: [damaged] })).toBe(
      'refused (damaged): an older one is used',
    );
    expect(refusedSnapshots({ kind: 'log', refused: [damaged, { reason: 'other-log' }] })).toBe(
      'refused (damaged; of another database): the log is read instead',
    );
  });

  it('is a reason that is not known here in scoring’s own word', () => {
    expect(refusedSnapshots({ kind: 'log', refused: [{ reason: 'new-one' }] })).toContain(
      'new-one',
    );
  });
});
