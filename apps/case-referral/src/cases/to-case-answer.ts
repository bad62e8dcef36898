import { type EventTimeMs } from '#domain';
import { type Told } from '#platform';
import { type CaseAnswer } from './case-answer';
import { isUrgent } from './case-summary';
import { type ListedCase } from './case.repository';

/** @param nowMs the latest event time that anything was told of */
export const toCaseAnswer = (
  { summary, revision, sealed }: ListedCase,
  nowMs: EventTimeMs,
): Told<CaseAnswer> => ({ ...summary, urgent: isUrgent(summary, nowMs), sealed, revision });
