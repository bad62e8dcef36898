export { ACCOUNT, type AccountIndex, NONE, WINDOW, WINDOWS_MS } from './accounts';
export { BlockRows, classFor } from './block-rows';
export { Caps } from './caps';
export { type Carried } from './carried';
export { type ComplaintNote, COMPLAINTS_PER_PAYER_MAX } from './complaint-store';
export { type CreditSlot, type DebitSlot } from './timed-rows';
export { decayed } from './decay';
export { FeedClock } from './feed-clock';
export { FlowEngine } from './flow-engine';
export { type FlowStep, type TakenLots } from './flow-step';
export { capsMetBy } from './fell-out';
export {
  ANCESTORS_MAX,
  FLOW_LIMITS,
  type FlowLimits,
  namedForMs,
  ORIGINS_MAX,
} from './flow-limits';
export { type MarkedUse, SHARED_MARK_KINDS, type SharedMarkKind, SHARERS } from './marked-uses';
export { looksAtMark, useOf } from './mark-stores';
export { type PairPayment, type SharedPayee } from './pair-store';
export { declaredKind } from './hub';
export { type HuntSteps, type Quarry } from './hunt-steps';
export { LogHistogram } from './log-histogram';
export { readNewPayers } from './neighbours';
export { HORIZONS, HORIZONS_MS, NewDealings } from './new-dealings';
export { RecentMap } from './recent-map';
export { NO_SLOT, type Slot } from './slot-table';
export { RetroHunt } from './retro-hunt';
export { REORDER_LIMITS, ReorderBuffer, type ReorderLimits, type RowOrder } from './reorder-buffer';
export { loadChunked, loadNumbers, saveChunked, saveNumbers } from './saved-list';
export {
  DETECTION_STATE_VERSION,
  StateMismatch,
  type StatePart,
  type StateSource,
} from './state-parts';
export { CallBefore, Hops, Origins } from './trails';
export * from './views';
