import { readDemoMessage } from './demo-messages';

const progress = {
  type: 'progress',
  rows: 10,
  rowsTotal: 100,
  accepted: 10,
  duplicates: 0,
  rejected: 0,
  feedClock: '2026-10-27T11:58:38.000Z',
};

describe('messages of the demo feed', () => {
  it.each([
    progress,
    { ...progress, rowsTotal: null, feedClock: null },
    { type: 'operation', operationId: 'OP-1', name: 'Call centre', indicators: 2 },
    { type: 'done', accepted: 1, duplicates: 2, rejected: 3, seconds: 0.5, transfersPerSecond: 12 },
    { type: 'failed', message: 'no' },
  ])('takes $type as it is', (message) => {
    expect(readDemoMessage(message)).toBe(message);
  });

  it.each([
    null,
    'progress',
    {},
    { type: 'weather' },
    { ...progress, rows: '10' },
    { ...progress, rows: Number.NaN },
    { ...progress, feedClock: 7 },
    { ...progress, rowsTotal: undefined },
    { type: 'failed' },
    { type: 'done', accepted: 1 },
  ])('passes over %j', (message) => {
    expect(readDemoMessage(message)).toBeNull();
  });
});
