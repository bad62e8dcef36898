export {
  appendToOutbox,
  outboxHead,
  type OutboxName,
  readOutbox,
  type StoredEvent,
} from './outbox';
export { OutboxContext, OutboxServer } from './outbox-server';
export { TransferLog } from './transfer-log';
export { type LogName, WakeUp } from './wake-up';
