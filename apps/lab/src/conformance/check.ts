import { type Target } from './target';

export const THEMES = [
  ...(['answers', 'repeats', 'statuses', 'money', 'time', 'text', 'rows', 'limits'] as const),
  ...(['breaks', 'events'] as const),
] as const;
export type Theme = (typeof THEMES)[number];

/** One thing that the contract says, and how it is tried. */
export interface Check {
  readonly name: string;
  /** What the contract says. */
  readonly says: string;
  /** What whoever runs the server should look at where it is not so. */
  readonly mend: string;
  /** @throws Departure where the server does something else; AppError UNAVAILABLE where it does not answer */
  readonly run: (target: Target) => Promise<void>;
}
