import { wantCounts, wantError, wantProblems } from './answer';
import { type Check } from './check';
import { type Row, type Target } from './target';

/** +888 is given to no country. */
const [CALLER, CALLEE, STRANGER] = ['88800000001', '88800000002', '88800000003'];

const call = (target: Target, change: Row = {}): Row => ({
  eventId: target.name(),
  type: 'CALL',
  occurredAt: target.now(),
  caller: { msisdn: CALLER },
  callee: { msisdn: CALLEE },
  ...change,
});

const change = (target: Target, type: string, more: Row): Row => ({
  eventId: target.name(),
  type,
  occurredAt: target.now(),
  wallet: { walletId: target.name() },
  ...more,
});

export const EVENT_CHECKS: readonly Check[] = [
  {
    name: 'calls, changes of SIM and of handset are taken, and sent again are duplicates',
    says: 'POST /v1/events takes what is not a transfer, with the same answers and guarantees',
    mend: 'treat events as you treat transfers, by (provider, eventId)',
    run: async (target) => {
      const rows = [
        call(target),
        change(target, 'SIM_CHANGE', { sim: { iccid: '8988800000000000001' } }),
        change(target, 'DEVICE_CHANGE', { device: { id: target.name() } }),
      ];
      wantCounts(await target.send(rows, 'events'), 3, 0, 0);
      wantCounts(await target.send(rows, 'events'), 0, 3, 0);
      const lines = rows.map((row) => JSON.stringify(row));
      wantCounts(await target.sendLines([...lines, '{'], 'events'), 0, 3, 1);
    },
  },
  {
    name: 'tiers, logins and agents are told by the provider that keeps the wallet, and by no other',
    says: 'TIER_CHANGE, LOGIN and AGENT_REGISTERED are told by the provider that keeps the wallet',
    mend: 'leave wallet.provider out, and refuse the row where it names another',
    run: async (target) => {
      const rows = [
        change(target, 'TIER_CHANGE', { tier: 'L1', previousTier: 'L0' }),
        change(target, 'LOGIN', { device: { id: target.name() }, ip: '203.0.113.7' }),
        change(target, 'AGENT_REGISTERED', { openedAt: target.now() }),
      ];
      wantCounts(await target.send(rows, 'events'), 3, 0, 0);
      wantCounts(await target.send(rows, 'events'), 0, 3, 0);
      const wallet = { walletId: target.name(), provider: `not-${target.name()}` };
      const another = { wallet, eventId: target.name() };
      const answer = await target.send(
        [...rows.map((row) => ({ ...row, ...another })), change(target, 'LOGIN', {})],
        'events',
      );
      wantCounts(answer, 0, 0, 4);
      wantProblems(
        answer,
        [...rows.map(() => '/wallet/provider'), '/device'].map((path, index) => ({
          ...({ index, code: 'INVALID_INPUT' } as const),
          path,
        })),
      );
    },
  },
  {
    name: 'complaints are taken, of whatever payment',
    says: 'a COMPLAINT names a payment, and who reported it',
    mend: 'take it also where the payment is unknown: it is kept, and bears on nothing',
    run: async (target) => {
      const common = { eventId: target.name(), type: 'COMPLAINT', occurredAt: target.now() };
      const row = { ...common, transferId: target.name(), reason: 'FRAUD' };
      wantCounts(await target.send([row], 'events'), 1, 0, 0);
      wantCounts(await target.send([row], 'events'), 0, 1, 0);
      const odd = { ...row, eventId: target.name(), reason: 'SPITE' };
      const answer = await target.send([{ ...row, reason: 'OTHER' }, odd], 'events');
      wantCounts(answer, 0, 0, 2);
      wantProblems(answer, [
        { index: 0, code: 'CONFLICT', path: '/reason' },
        { index: 1, code: 'INVALID_INPUT', path: '/reason' },
      ]);
    },
  },
  {
    name: 'an event under a known id with other content is a conflict',
    says: 'the same id with any other content is refused as a CONFLICT',
    mend: 'compare the whole event: nothing follows on it',
    run: async (target) => {
      const row = call(target);
      wantCounts(await target.send([row], 'events'), 1, 0, 0);
      const answer = await target.send([{ ...row, callee: { msisdn: STRANGER } }], 'events');
      wantCounts(answer, 0, 0, 1);
      wantProblems(answer, [{ index: 0, code: 'CONFLICT', path: '/callee/msisdn' }]);
    },
  },
  {
    name: 'a bad event is a row problem',
    says: 'each row is checked by itself',
    mend: 'check each type by its own shape, and name the field',
    run: async (target) => {
      const answer = await target.send(
        [
          call(target, { callee: { msisdn: 'nobody' } }),
          call(target, { type: 'LETTER' }),
          change(target, 'DEVICE_CHANGE', {}),
          call(target),
        ],
        'events',
      );
      wantCounts(answer, 1, 0, 3);
      wantProblems(
        answer,
        ['/callee/msisdn', '/type', '/device'].map((path, index) => ({
          ...({ index, code: 'INVALID_INPUT' } as const),
          path,
        })),
      );
    },
  },
  {
    name: 'transfers are no events',
    says: '400 where there is no events array',
    mend: 'look for the list that the route is named after',
    run: async (target) => {
      wantError(await target.post('{"transfers":[]}', {}, 'events'), 400, 'INVALID_INPUT');
      wantCounts(await target.send([target.transfer()], 'events'), 0, 0, 1);
    },
  },
];
