export { type AccountIndex, NONE } from './accounts';
export { type Carried, type CreditSlot } from './credit-pool';
export { FeedClock } from './feed-clock';
export { type AccountSums, FlowEngine, type FlowStep } from './flow-engine';
export { ANCESTORS_MAX, FLOW_LIMITS, type FlowLimits, ORIGINS_MAX } from './flow-limits';
export { LogHistogram } from './log-histogram';
