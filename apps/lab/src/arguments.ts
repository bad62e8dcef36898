import { parseArgs, type ParseArgsConfig } from 'node:util';
import { AppError } from '#domain';

type Options = NonNullable<ParseArgsConfig['options']>;

/**
 * Reads a command's flags.
 *
 * @throws AppError INVALID_INPUT naming a flag that is unknown or lacks its value
 */
export function readFlags<T extends Options>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    if (typeof code !== 'string' || !code.startsWith('ERR_PARSE_ARGS')) throw error;
    throw new AppError('INVALID_INPUT', message.split(/[.\n]/)[0]!);
  }
}

/** @throws AppError INVALID_INPUT naming the flag and its limits */
export function wholeNumber(
  flag: string,
  text: string | undefined,
  fallback: number,
  { low, high }: { readonly low: number; readonly high: number },
): number {
  if (text === undefined) return fallback;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= low && value <= high)) {
    throw new AppError('INVALID_INPUT', `${flag} must be a whole number from ${low} to ${high}`);
  }
  return value;
}
