import { type ServiceProcess } from './service-process';

/** What scoring's `/v1/progress` answers, as far as it matters here. */
export interface ScoringProgress {
  readonly state: string;
  readonly position: number;
  readonly head: number;
}

/**
 * @returns null while it does not answer
 * @throws AppError where scoring says that it is failing: it would try for ever
 */
export async function scoringProgress(scoring: ServiceProcess): Promise<ScoringProgress | null> {
  const response = await scoring.ask('/v1/progress');
  const told = response === null ? null : (JSON.parse(response) as ScoringProgress);
  if (told?.state === 'FAILED') throw scoring.failed('is failing');
  return told;
}
