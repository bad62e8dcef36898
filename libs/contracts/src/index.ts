export * from './alert';
export * from './event';
export * from './log-entry';
export * from './transfer-row';
