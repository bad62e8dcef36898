const VARIABLE = 'LAYERWATCH_CHAOS_CLOCK';

/** The file that says how far a service's clock is off, in milliseconds. */
export const clockFile = (): string => process.env[VARIABLE] ?? '';

export const clockSettings = (file: string): Readonly<Record<string, string>> => ({
  [VARIABLE]: file,
});
