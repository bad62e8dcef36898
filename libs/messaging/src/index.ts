export { detectionLagMs } from './detection-lag';
export {
  appendToOutbox,
  outboxHead,
  type OutboxName,
  readOutbox,
  type StoredEvent,
} from './outbox';
export { OUTBOX_BATCH_END, OutboxContext, OutboxServer } from './outbox-server';
export { TransferLog } from './transfer-log';
export { inTurn, takeTurn } from './turn';
export { type LogName, WakeUp } from './wake-up';
