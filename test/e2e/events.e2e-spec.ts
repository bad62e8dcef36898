import { Services } from './support/services';

const START_MS = Date.UTC(2026, 2, 2, 9);
const MINUTE_MS = 60_000;
const SCAM = '03109000001';
const VICTIMS = ['03001000001', '03001000002'];

interface AlertAnswer {
  readonly typologies: readonly string[];
  readonly operationIds: readonly string[];
  readonly transfers: readonly { transferId: string }[];
  readonly terms: readonly { name: string; sentence: string }[];
}

const at = (minute: number): string => new Date(START_MS + minute * MINUTE_MS).toISOString();

/** Three hours of people who pay one another. */
const life = Array.from({ length: 900 }, (_, i) => ({
  transferId: `L-${i}`,
  occurredAt: at(i / 5),
  type: 'P2P',
  amount: String(300 + ((i * 37) % 900)),
  currency: 'PKR',
  debtor: { walletId: `w${(i * 7) % 60}` },
  creditor: { walletId: `w${((i * 7) % 60) + 1 + (i % 5)}` },
}));

const calls = VICTIMS.map((msisdn, i) => ({
  eventId: `C-${i}`,
  type: 'CALL',
  occurredAt: at(181 + i),
  caller: { msisdn: SCAM },
  callee: { msisdn },
}));

/** Both handsets were changed, too: what is told of a wallet goes through as a call does. */
const changes = VICTIMS.map((_, i) => ({
  eventId: `D-${i}`,
  type: 'DEVICE_CHANGE',
  occurredAt: at(183 + i),
  wallet: { walletId: `victim-${i}` },
  device: { id: `new handset ${i}` },
}));

const payments = VICTIMS.map((msisdn, i) => ({
  transferId: `V-${i}`,
  occurredAt: at(200 + i),
  type: 'P2P',
  amount: '20000',
  currency: 'PKR',
  debtor: { walletId: `victim-${i}`, msisdn },
  creditor: { walletId: 'mule' },
}));

describe('calls from a number that an operation is known by', () => {
  it('and what the called then pay become an alert that names the operation, once, whatever crashes', async () => {
    const services = await Services.start();
    try {
      const answer = await services.people('POST', '/v1/operations', {
        ...{ id: 'OP-CALLS', name: 'Boiler room', kind: 'CALL_CENTRE', modus: 'IMPERSONATION' },
        indicators: [{ type: 'msisdn', value: SCAM, knownFrom: at(0) }],
      });
      expect(answer.status).toBe(201);
      const send = async (rows: readonly unknown[], list: 'transfers' | 'events') =>
        (await (await services.post(rows, list)).json()) as Record<string, unknown>;
      const taken = (count: number): object => ({ accepted: count, duplicates: 0, rejected: 0 });
      expect(await send(life, 'transfers')).toMatchObject(taken(life.length));
      expect(await send([...calls, ...changes], 'events')).toMatchObject(taken(4));
      // What was acknowledged is stored, and what was scored is not in memory only.
      await Promise.all([services.kill('ingestion'), services.kill('scoring')]);
      await Promise.all([services.startOne('ingestion'), services.startOne('scoring')]);
      expect(await send(payments, 'transfers')).toMatchObject(taken(2));
      await services.settled();
      const alerts = await services.all<AlertAnswer>('/v1/alerts');
      const alert = alerts.find(({ typologies }) => typologies.includes('CALL_THEN_PAY'));
      expect(alert).toMatchObject({ operationIds: ['OP-CALLS'] });
      expect(alert!.transfers.map(({ transferId }) => transferId)).toEqual(['V-0', 'V-1']);
      expect(alert!.terms[0]!.sentence).toMatch(
        /^2 of the 2 wallets that paid it .* had been called/,
      );

      await services.kill('scoring');
      const again = (count: number): object => ({ accepted: 0, duplicates: count, rejected: 0 });
      expect(await send([...calls, ...changes], 'events')).toMatchObject(again(4));
      expect(await send(payments, 'transfers')).toMatchObject(again(2));
      await services.startOne('scoring');
      await services.settled();
      expect(await services.all('/v1/alerts')).toEqual(alerts);
      // Nothing of anybody's number is in a log.
      expect(services.output).not.toMatch(/3109000001|300100000\d|new handset/);
    } finally {
      await services.stop();
    }
  }, 300_000);
});
