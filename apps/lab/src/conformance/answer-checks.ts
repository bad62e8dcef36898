import { Departure, describe, wantCounts, wantError, wantProblems } from './answer';
import { type Check } from './check';
import { LINES_TYPE } from './target';

const SECRET = 'planted-9e107d9d';

const MEND_ENVELOPE =
  'a body that is no envelope is one 400 for the request, told apart from rows that are bad';

export const ANSWER_CHECKS: readonly Check[] = [
  {
    name: 'good rows and bad ones are answered together',
    says: '200 whenever the envelope parses and the batch is committed; each row is in one of three counts',
    mend: 'check each row by itself: a bad one is a problem with its index, and the others are stored',
    run: async (target) => {
      const answer = await target.send([
        target.transfer(),
        target.transfer({ amount: '0' }),
        target.transfer(),
        { transferId: target.name() },
      ]);
      wantCounts(answer, 2, 0, 2);
      wantProblems(answer, [
        { index: 1, code: 'INVALID_INPUT', path: '/amount' },
        { index: 3, code: 'INVALID_INPUT' },
      ]);
    },
  },
  {
    name: 'a batch of which every row is refused is 200',
    says: '200 even if every row is refused',
    mend: 'do not turn refused rows into an error of the request: a sender would send all of it again',
    run: async (target) => {
      const answer = await target.send([null, 7, 'row', [], {}]);
      wantCounts(answer, 0, 0, 5);
    },
  },
  {
    name: 'an empty batch is 200',
    says: '{"transfers":[…]} with up to 1,000 rows',
    mend: 'accept a list without rows',
    run: async (target) => {
      wantCounts(await target.send([]), 0, 0, 0);
      wantCounts(await target.post('', { type: LINES_TYPE }), 0, 0, 0);
    },
  },
  ...[
    ['no JSON', '{"transfers":['],
    ['an object without the list', '{}'],
    ['a list instead of an object', '[]'],
    ['a list that is none', '{"transfers":{}}'],
    ['nothing at all', ''],
  ].map(([what, body]): Check => ({
    name: `a body with ${what} is 400`,
    says: '400 where it is not JSON or has no transfers array',
    mend: MEND_ENVELOPE,
    run: async (target) => {
      wantError(await target.post(body!), 400, 'INVALID_INPUT');
    },
  })),
  {
    name: 'bytes that are not UTF-8 are 400',
    says: 'bodies are JSON, and so UTF-8',
    mend: 'check the encoding before parsing: a replaced character would be stored as if it had been sent',
    run: async (target) => {
      const body = Buffer.from('{"transfers":[{"transferId":"\xff"}]}', 'latin1');
      wantError(await target.post(body), 400, 'INVALID_INPUT');
    },
  },
  {
    name: 'no key, and one that is unknown, are 401',
    says: '401 without a key that is known',
    mend: 'refuse before reading the body, as application/problem+json',
    run: async (target) => {
      for (const authorization of [null, 'Bearer lw_nobodys-key', 'Basic YTpi', 'Bearer ']) {
        wantError(await target.post('{"transfers":[]}', { authorization }), 401, 'UNAUTHENTICATED');
      }
    },
  },
  {
    name: 'another type of content is 415',
    says: '415 where it is neither JSON nor NDJSON',
    mend: 'look at content-type before reading the body',
    run: async (target) => {
      const type = 'application/octet-stream';
      const answer = await target.post('{"transfers":[]}', { type });
      wantError(answer, 415, 'UNSUPPORTED_MEDIA_TYPE');
    },
  },
  {
    name: 'parameters of the content type change nothing',
    says: 'application/json, application/x-ndjson',
    mend: 'compare the type without its parameters, and without regard to case',
    run: async (target) => {
      const type = 'Application/JSON; charset=utf-8';
      wantCounts(await target.post('{"transfers":[]}', { type }), 0, 0, 0);
    },
  },
  {
    name: 'an answer repeats nothing of a refused row but its id',
    says: 'a detail is in words, and never a value of the input',
    mend: 'name the rule and the field; the value may be a person’s name or number',
    run: async (target) => {
      const rows = [
        target.transfer({ amount: SECRET }),
        target.transfer({ occurredAt: SECRET }),
        target.transfer({ type: SECRET }),
        target.transfer({ [`${SECRET} with a space`]: SECRET }),
        target.transfer({ debtor: { walletId: target.name(), msisdn: SECRET } }),
      ];
      const answer = await target.send(rows);
      wantCounts(answer, 0, 0, rows.length);
      if (!answer.text.includes(SECRET)) return;
      throw new Departure('an answer without any value of the rows', describe(answer));
    },
  },
];
