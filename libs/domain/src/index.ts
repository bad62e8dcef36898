export * from './app-error';
export * from './event-time';
export * from './identifier';
export * from './money';
export * from './operation';
export * from './referral-status';
export * from './transfer';
export * from './wallet';
