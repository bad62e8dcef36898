export * from './alert';
export * from './backtest';
export * from './event';
export * from './event-row';
export * from './log-entry';
export * from './node-flags';
export { ID_LENGTH_MAX } from './row-fields';
export * from './rows-answer';
export * from './transfer-row';
