import { Departure, describe, wantCounts, wantError, wantProblems } from './answer';
import { type Check } from './check';
import { LINES_TYPE } from './target';

const ROWS_MAX = 1_000;
const ID_LENGTH_MAX = 64;
/** Twice what a server takes that is set up as it comes. */
const LARGE_BYTES = 16 * 1_024 * 1_024;
/** More than a line may ever be allowed to have. */
const LONG_LINE_BYTES = 2 * 1_024 * 1_024;
const MANY_LINES = 2_500;

export const LIMIT_CHECKS: readonly Check[] = [
  {
    name: '1,000 rows are taken in one JSON body, 1,001 are 413',
    says: 'JSON ≤ 1,000 rows; 413 too many rows',
    mend: 'count the rows before storing any, and store none of a request that is refused',
    run: async (target) => {
      const rows = target.transfers(ROWS_MAX + 1);
      wantError(await target.send(rows), 413, 'TOO_LARGE');
      wantCounts(await target.send(rows.slice(0, ROWS_MAX)), ROWS_MAX, 0, 0);
    },
  },
  {
    name: 'NDJSON may have any length',
    says: 'NDJSON: any length, stored in batches as it streams; blank lines count for nothing',
    mend: 'store as the lines come, a batch at a time, and answer once for all of them',
    run: async (target) => {
      const lines = target.transfers(MANY_LINES).map((row) => JSON.stringify(row));
      wantCounts(await target.sendLines(['', ...lines, '', ' \r']), MANY_LINES, 0, 0);
      wantCounts(await target.sendLines(lines), 0, MANY_LINES, 0);
    },
  },
  {
    name: 'a line that is no JSON is a row problem',
    says: 'a bad line is a row problem',
    mend: 'go on with the next line, and number rows over the whole body from 0',
    run: async (target) => {
      const [one, two] = target.transfers(2).map((row) => JSON.stringify(row));
      const answer = await target.sendLines([one!, '{"transferId":', two!, '[]', 'null']);
      wantCounts(answer, 2, 0, 3);
      wantProblems(
        answer,
        [1, 3, 4].map((index) => ({ index, code: 'INVALID_INPUT' })),
      );
    },
  },
  {
    name: 'a line that is too long is a row problem',
    says: 'a bad line is a row problem',
    mend: 'pass over the rest of a line that is too long without keeping it',
    run: async (target) => {
      const [one, two] = target.transfers(2).map((row) => JSON.stringify(row));
      const answer = await target.sendLines([one!, 'x'.repeat(LONG_LINE_BYTES), two!]);
      wantCounts(answer, 2, 0, 1);
    },
  },
  {
    name: 'a body that is too large is 413, and its sender gets to read it',
    says: '413 too many bytes; a server may take more than 8 MiB',
    mend: 'answer, and read the rest of the body away: a connection that is reset tells nobody why',
    run: async (target) => {
      const answer = await target.post(`{"transfers":[]${' '.repeat(LARGE_BYTES)}}`);
      if (answer.status !== 200) wantError(answer, 413, 'TOO_LARGE');
    },
  },
  {
    name: 'ids have 64 characters at most',
    says: 'transferId: 1-64',
    mend: 'count characters, not bytes: an Urdu letter has two, an emoji four',
    run: async (target) => {
      for (const filling of ['x', 'ع']) {
        const transferId = target.name().padEnd(ID_LENGTH_MAX, filling);
        wantCounts(await target.send([target.transfer({ transferId })]), 1, 0, 0);
        wantCounts(await target.send([target.transfer({ transferId: `${transferId}x` })]), 0, 0, 1);
      }
      wantCounts(await target.send([target.transfer({ transferId: '' })]), 0, 0, 1);
    },
  },
  {
    name: 'nesting without an end is refused, and harms nothing',
    says: '400 where it is not JSON of this shape; a bad row is a problem',
    mend: 'bound the depth, or use a parser that does not recurse without a limit',
    run: async (target) => {
      const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
      const answer = await target.post(`{"transfers":[${deep}]}`);
      if (answer.status !== 400) wantCounts(answer, 0, 0, 1);
      const asLine = await target.post(deep, { type: LINES_TYPE });
      if (asLine.status >= 500) throw new Departure('no 5xx', describe(asLine));
      wantCounts(await target.send([target.transfer()]), 1, 0, 0);
    },
  },
];
