import { wantCounts, wantProblems } from './answer';
import { type Check } from './check';
import { type Row, type Target } from './target';

const NAMES = [
  'محمد علی جناح',
  'ڈاکٹر فاطمہ ٱلزَّهْرَاء',
  'बेनज़ीर',
  'Zoë Müller-Łukasz',
  'Zoe\u0308 combining',
  '王小明',
  '\u{1f468}\u200d\u{1f469}\u200d\u{1f467} family',
  '\u202eright to left\u202c',
  'O’Brien "quoted" \\ back\\slash',
  "Robert'); drop table students;--",
  '{curly,"braces",NULL}',
  '<b>&amp;</b>',
];

/** As a JSON text: what stands in it is not to be mended by whoever writes it out. */
const withText = (row: Row, field: string, escaped: string): string =>
  JSON.stringify({ transfers: [{ ...row, [field]: 'PLACE' }] }).replace('PLACE', escaped);

async function storesOnce(target: Target, rows: readonly Row[]): Promise<void> {
  wantCounts(await target.send(rows), rows.length, 0, 0);
  // What was stored damaged would differ now.
  wantCounts(await target.send(rows), 0, rows.length, 0);
}

const MEND_TEXT =
  'store text as UTF-8 and as it was sent: no other encoding, no cutting off, no escaping';

export const TEXT_CHECKS: readonly Check[] = [
  {
    name: 'names and narratives in Urdu and any other script are stored as they are',
    says: 'any text that is Unicode; the same content is a duplicate',
    mend: MEND_TEXT,
    run: (target) =>
      storesOnce(
        target,
        NAMES.flatMap((text) => [
          target.transfer({ narrative: text }),
          target.transfer({ debtor: { walletId: target.name(), name: text } }),
        ]),
      ),
  },
  {
    name: 'ids may be in any script',
    says: 'transferId and walletId: 1 to 64 characters',
    mend: MEND_TEXT,
    run: async (target) => {
      await storesOnce(
        target,
        NAMES.map((text) => target.transfer({ transferId: `${target.name()} ${text}` })),
      );
      await storesOnce(
        target,
        NAMES.map((text) =>
          target.transfer({ creditor: { walletId: `${target.name()} ${text}` } }),
        ),
      );
    },
  },
  {
    name: 'text is the same however JSON escapes it',
    says: 'bodies are JSON: an escaped character is the character',
    mend: 'use a JSON parser, also for surrogate pairs that come as two escapes',
    run: async (target) => {
      const row = target.transfer();
      const escaped = withText(row, 'narrative', '\\u0639\\u0644\\u06cc \\ud83d\\ude00 \\/');
      wantCounts(await target.post(escaped), 1, 0, 0);
      wantCounts(await target.send([{ ...row, narrative: 'علی 😀 /' }]), 0, 1, 0);
    },
  },
  {
    name: 'halves of surrogate pairs are refused, row by row',
    says: 'text is Unicode; a half of a pair has no UTF-8',
    mend: 'refuse the row: a database will not take it, and a replaced character is another text',
    run: async (target) => {
      for (const [field, path] of [
        ['narrative', '/narrative'],
        ['agentId', '/agentId'],
        ['transferId', '/transferId'],
      ] as const) {
        for (const half of ['\\ud800', 'a\\udc00b', '\\udc00\\ud800']) {
          const answer = await target.post(withText(target.transfer(), field, half));
          wantCounts(answer, 0, 0, 1);
          wantProblems(answer, [{ index: 0, code: 'INVALID_INPUT', path }]);
        }
      }
    },
  },
  {
    name: 'a NUL character is refused, row by row',
    says: 'text holds nothing that cannot be stored',
    mend: 'refuse the row, not the request, and not with a 500',
    run: async (target) => {
      const answer = await target.post(withText(target.transfer(), 'narrative', 'a\\u0000b'));
      wantCounts(answer, 0, 0, 1);
      wantProblems(answer, [{ index: 0, code: 'INVALID_INPUT', path: '/narrative' }]);
    },
  },
];
