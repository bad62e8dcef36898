import { type Staff, type StaffRole } from '#identity';

/** As much of a person as decides which cases they read (`referral.may_read`). */
export interface CaseReader {
  readonly id: string;
  readonly unit: string | null;
  /** Cases of all offices, as far as they are not sealed. */
  readonly allUnits: boolean;
}

const OF_ALL_UNITS: readonly StaffRole[] = ['director', 'director-general'];

export const caseReader = ({ id, unit, roles }: Staff): CaseReader => ({
  ...{ id, unit },
  allUnits: roles.some((role) => OF_ALL_UNITS.includes(role)),
});

/** The last three parameters of `referral.may_read`. */
export const readerParameters = ({ id, unit, allUnits }: CaseReader): unknown[] => [
  id,
  unit,
  allUnits,
];
