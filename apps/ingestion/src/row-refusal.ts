import { AppError } from '#domain';

/** The refusal of one row because of one field. `detail` is in plain words and repeats nothing of the input. */
export const refusal = (path: string, detail: string): AppError =>
  new AppError('INVALID_INPUT', detail, [{ code: 'INVALID_INPUT', path, detail }]);

/** Runs a check that knows its rule but not its field, and says the field. */
export function refuseAs<T>(path: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof AppError && error.code === 'INVALID_INPUT') {
      throw refusal(path, error.message);
    }
    throw error;
  }
}
