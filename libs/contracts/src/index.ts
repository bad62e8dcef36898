export * from './alert';
export * from './event';
export * from './log-entry';
export * from './rows-answer';
export * from './transfer-row';
