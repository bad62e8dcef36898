export const BANDS = ['LOW', 'ELEVATED', 'HIGH'] as const;
export type Band = (typeof BANDS)[number];

/**
 * Why, in a word that says no more than the band: whether somebody is known by an indicator or by transfers, or to whom, would tell
 * what is being looked into.
 */
export const REASONS = {
  LOW: 'NOTHING_NOTED',
  ELEVATED: 'SIGNS_NOTED',
  HIGH: 'STRONG_SIGNS_NOTED',
} as const satisfies Record<Band, string>;

/** What whoever is about to pay is told of the payee. */
export interface ScreeningAnswer {
  readonly band: Band;
  readonly reason: (typeof REASONS)[Band];
  /** RFC 3339: when it was looked. */
  readonly asOf: string;
}
