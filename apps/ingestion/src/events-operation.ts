import { type ApiOperationOptions } from '@nestjs/swagger';
import { EVENT_ROW_SCHEMAS, type EventRow } from '#contracts';
import { rowsOperation } from './rows-operation';

const call: EventRow = {
  eventId: 'E-1001',
  type: 'CALL',
  occurredAt: '2026-03-01T13:40:00+05:00',
  caller: { msisdn: '03100000000' },
  callee: { msisdn: '03000000000' },
};

const simChange: EventRow = {
  eventId: 'E-1002',
  type: 'SIM_CHANGE',
  occurredAt: '2026-03-01T09:12:30+05:00',
  wallet: { walletId: 'W-17' },
  sim: { iccid: '8992030000000000001', imsi: '410010000000001' },
};

const deviceChange: EventRow = {
  eventId: 'E-1003',
  type: 'DEVICE_CHANGE',
  occurredAt: '2026-03-01T09:20:00+05:00',
  wallet: { walletId: 'W-17' },
  device: { id: 'handset-9' },
};

const wallet = { walletId: 'W-17' };

const tierChange: EventRow = {
  ...{ eventId: 'E-1004', type: 'TIER_CHANGE', occurredAt: '2026-03-01T10:00:00+05:00', wallet },
  ...{ tier: 'L1', previousTier: 'L0' },
};

const login: EventRow = {
  ...{ eventId: 'E-1005', type: 'LOGIN', occurredAt: '2026-03-01T13:35:00+05:00', wallet },
  ...{ device: { id: 'handset-9' }, ip: '203.0.113.7', cell: '410-01-1234-56789' },
};

const agentRegistered: EventRow = {
  ...{ eventId: 'E-1006', type: 'AGENT_REGISTERED', occurredAt: '2026-03-01T09:00:00+05:00' },
  ...{ wallet: { walletId: 'AGENT-4' }, licence: 'BB-2026-0417' },
  openedAt: '2026-03-03T00:00:00+05:00',
};

const complaint: EventRow = {
  ...{ eventId: 'E-1007', type: 'COMPLAINT', occurredAt: '2026-03-01T18:20:00+05:00' },
  ...{ transferId: 'T-1001', reason: 'FRAUD' },
};

/** How `POST /v1/events` is described to those who send to it. */
export const EVENTS_OPERATION: ApiOperationOptions = rowsOperation({
  list: 'events',
  id: 'eventId',
  operationId: 'takeEvents',
  summary: 'Send what is not a transfer',
  rules: [
    'The same id with the same content is a duplicate; with any other content it is refused as a CONFLICT.',
    '',
    'Send an event before the payments that it bears on, or with them: what is told of afterwards is stored, and bears on',
    'later payments only. A CALL bears on payments whose debtor is reported with the called number (`debtor.msisdn`).',
    '',
    'TIER_CHANGE, LOGIN and AGENT_REGISTERED are told by the provider that keeps the wallet, and complete later payments that do',
    'not tell it themselves: the tier until another is told, the handset of the last LOGIN for 24 hours, that the wallet is an',
    'agent’s. What a payment tells itself always counts. A LOGIN names a device, an address or a cell, at least one of them.',
    '',
    'A COMPLAINT is of a payment that was told of before, by the `transferId` it was reported under; `provider` says by whom, where',
    'that was another. It bears on the wallet that was paid and on those that its money went on to. How many complain of a',
    'payment makes no difference, and by itself a complaint raises no alert.',
  ],
  rowSchema: {
    oneOf: Object.values(EVENT_ROW_SCHEMAS),
    discriminator: { propertyName: 'type' },
  },
  examples: {
    call: { summary: 'A number was called', row: call },
    simChange: { summary: 'A wallet’s line got another SIM', row: simChange },
    deviceChange: { summary: 'A wallet is used from another handset', row: deviceChange },
    tierChange: { summary: 'A wallet has another tier', row: tierChange },
    login: { summary: 'Somebody logged in to a wallet', row: login },
    agentRegistered: { summary: 'A wallet is an agent’s', row: agentRegistered },
    complaint: { summary: 'Somebody complained of a payment', row: complaint },
  },
  csv: [
    'eventId,type,occurredAt,wallet.walletId,sim.iccid\n',
    'E-1002,SIM_CHANGE,2026-03-01T09:12:30+05:00,W-17,8992030000000000001\n',
  ].join(''),
  refused: { id: 'E-1002', path: '/wallet/walletId', detail: 'is required' },
});
