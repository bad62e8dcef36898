import { AppError } from '#domain';
import { Departure } from './answer';
import { ANSWER_CHECKS } from './answer-checks';
import { BREAK_CHECKS } from './break-checks';
import { type Check, type Theme, THEMES } from './check';
import { EVENT_CHECKS } from './event-checks';
import { LIMIT_CHECKS } from './limit-checks';
import { REPEAT_CHECKS } from './repeat-checks';
import { ROW_CHECKS } from './row-checks';
import { STATUS_CHECKS } from './status-checks';
import { type Target } from './target';
import { TEXT_CHECKS } from './text-checks';
import { MONEY_CHECKS, TIME_CHECKS } from './value-checks';

const CHECKS: Readonly<Record<Theme, readonly Check[]>> = {
  answers: ANSWER_CHECKS,
  repeats: REPEAT_CHECKS,
  statuses: STATUS_CHECKS,
  money: MONEY_CHECKS,
  time: TIME_CHECKS,
  text: TEXT_CHECKS,
  rows: ROW_CHECKS,
  limits: LIMIT_CHECKS,
  breaks: BREAK_CHECKS,
  events: EVENT_CHECKS,
};

/** What became of one check. */
export interface CheckResult {
  readonly theme: Theme;
  readonly name: string;
  readonly passed: boolean;
  /** Where it failed: what the contract says and wants, what the server did, and what to mend. */
  readonly failure: {
    readonly says: string;
    readonly wanted: string;
    readonly answered: string;
    readonly mend: string;
  } | null;
}

/**
 * Whether the target can be reached with this key at all.
 *
 * @throws AppError UNAVAILABLE where it does not answer; INVALID_INPUT where it does not take the key
 */
export async function assertLetIn(target: Target): Promise<void> {
  const { status } = await target.send([]);
  if (status === 404) {
    throw new AppError(
      'INVALID_INPUT',
      'the server answers 404: it has no /v1/transfers below this address',
    );
  }
  // It does not know the key, or wants it signed: no check could pass.
  if (status === 401 || status === 403) {
    throw new AppError(
      'INVALID_INPUT',
      `the server answers ${status}: it does not take this key for reports from here (a key that wants signatures: --signed)`,
    );
  }
}

/** Runs the checks one after the other, each whatever became of those before, and tells of each as it ends. */
export async function runChecks(
  target: Target,
  themes: readonly Theme[] = THEMES,
  tell: (result: CheckResult) => void = () => undefined,
): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  for (const theme of themes) {
    for (const check of CHECKS[theme]) {
      const result = await runCheck(target, theme, check);
      tell(result);
      results.push(result);
    }
  }
  return results;
}

async function runCheck(target: Target, theme: Theme, check: Check): Promise<CheckResult> {
  const { name, says, mend } = check;
  const failed = (wanted: string, answered: string): CheckResult => ({
    ...{ theme, name, passed: false },
    failure: { says, wanted, answered, mend },
  });
  try {
    await check.run(target);
    return { theme, name, passed: true, failure: null };
  } catch (error) {
    if (error instanceof Departure) return failed(error.wanted, error.answered);
    if (error instanceof AppError) return failed('an answer', error.message);
    throw error;
  }
}
