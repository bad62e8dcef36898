import { type ApiOperationOptions } from '@nestjs/swagger';
import { type TransferRow, TRANSFER_ROW_SCHEMA } from '#contracts';
import { rowsOperation } from './rows-operation';

const smallest: TransferRow = {
  transferId: 'T-1001',
  occurredAt: '2026-03-01T14:05:09+05:00',
  type: 'P2P',
  amount: '84500.50',
  currency: 'PKR',
  debtor: { walletId: 'W-17' },
  creditor: { walletId: 'W-23' },
};

const reversal: TransferRow = {
  ...smallest,
  transferId: 'T-1003',
  occurredAt: '2026-03-01T16:20:00+05:00',
  type: 'REVERSAL',
  originalTransferId: 'T-1001',
  debtor: smallest.creditor,
  creditor: smallest.debtor,
};

const cashOut: TransferRow = {
  transferId: 'T-1002',
  occurredAt: '2026-03-01T14:21:44.120+05:00',
  type: 'CASH_OUT',
  status: 'PENDING',
  amount: '25000.00',
  currency: 'PKR',
  debtor: { walletId: 'W-23', kind: 'PERSON', msisdn: '03000000000', tier: 'L1' },
  creditor: { walletId: 'AGENT-4', kind: 'AGENT', country: 'PK' },
  agentId: 'AGENT-4',
  device: { id: 'handset-9' },
  balanceAfter: '0.00',
};

/** How `POST /v1/transfers` is described to those who send to it. */
export const TRANSFERS_OPERATION: ApiOperationOptions = rowsOperation({
  list: 'transfers',
  id: 'transferId',
  operationId: 'takeTransfers',
  summary: 'Send transfers',
  rules: [
    'The same id with the same content is a duplicate. The same id with a later status (PENDING → SETTLED or FAILED,',
    'SETTLED → REVERSED) is an event on that transfer and is accepted; what it leaves out stays as it was told before.',
    'The same id with other money or parties is refused as a CONFLICT. Only SETTLED moves value.',
    '',
    'A REVERSAL pays back what its original moved: from its creditor to its debtor, in its currency, and no more than its',
    'amount. Where the original was told of before, anything else is refused as a CONFLICT.',
  ],
  rowSchema: TRANSFER_ROW_SCHEMA,
  examples: {
    smallest: { summary: 'A row with no more than it needs', row: smallest },
    pending: { summary: 'A cash-out that is not settled yet', row: cashOut },
    reversal: { summary: 'The first one, taken back', row: reversal },
  },
  csv: [
    'transferId,occurredAt,type,amount,currency,debtor.walletId,creditor.walletId,creditor.kind\n',
    'T-1001,2026-03-01T14:05:09+05:00,P2P,84500.50,PKR,W-17,W-23,\n',
    'T-1002,2026-03-01T14:21:44+05:00,CASH_OUT,25000.00,PKR,W-23,AGENT-4,AGENT\n',
  ].join(''),
  refused: { id: 'T-1002', path: '/amount', detail: 'amount must be above zero' },
});
