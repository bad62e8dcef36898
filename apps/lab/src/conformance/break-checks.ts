import { Departure, countIn, wantCounts } from './answer';
import { type Check } from './check';
import { JSON_TYPE, LINES_TYPE } from './target';

const ROWS = 1_500;
const CUT_AFTER = 1_200;

export const BREAK_CHECKS: readonly Check[] = [
  {
    name: 'a stream that was cut, sent again, loses and doubles nothing',
    says: 'where a stream breaks off, what was stored before stays; sent again it is a duplicate',
    mend: 'commit whole batches, and answer for a row only what its own commit said',
    run: async (target) => {
      const lines = target.transfers(ROWS).map((row) => JSON.stringify(row));
      await target.cut(lines.slice(0, CUT_AFTER).join('\n'), LINES_TYPE);
      const answer = await target.sendLines(lines);
      const [accepted, duplicates] = [countIn(answer, 'accepted'), countIn(answer, 'duplicates')];
      if (accepted + duplicates !== ROWS || accepted < ROWS - CUT_AFTER) {
        throw new Departure(
          `${ROWS} rows, of which at most ${CUT_AFTER} were stored before`,
          `${answer.status} with accepted ${accepted}, duplicates ${duplicates}`,
        );
      }
      wantCounts(await target.sendLines(lines), 0, ROWS, 0);
    },
  },
  {
    name: 'a JSON body that was cut leaves nothing',
    says: 'a batch is stored whole or not at all',
    mend: 'read a JSON body to its end before storing any of it',
    run: async (target) => {
      const rows = target.transfers(3);
      await target.cut(JSON.stringify({ transfers: rows }).slice(0, -1), JSON_TYPE);
      wantCounts(await target.send(rows), 3, 0, 0);
    },
  },
];
