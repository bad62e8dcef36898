import { type ScoringStart } from '../findings';

/** Scoring's words (docs/openapi/scoring.json), as one says them. */
const REASONS: Readonly<Record<string, string>> = {
  corrupt: 'damaged',
  unreadable: 'not readable',
  'other-version': 'written by another version',
  'other-log': 'of another database',
  'other-limits': 'made under other limits',
  'other-pack': 'made under another rule pack',
  ahead: 'of a point that the database has not reached',
  unknown: 'not of the database’s past',
};

/** What became of snapshots that scoring did not use; null where it refused none. */
export function refusedSnapshots({ kind, refused }: ScoringStart): string | null {
  if (refused.length === 0) return null;
  const reasons = [...new Set(refused.map(({ reason }) => REASONS[reason] ?? reason))];
  const instead = kind === 'log' ? 'the log is read instead' : 'an older one is used';
  return `refused (${reasons.join('; ')}): ${instead}`;
}
