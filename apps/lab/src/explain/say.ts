import { describeAmount } from '#domain';
import { type OutsideNames } from './outside-names';
import { type ListCut } from './text-layout';

/** How an explanation's values are written for a person. */
export interface Say {
  readonly names: OutsideNames;
  readonly cut: ListCut;
  readonly currency: string;
  /** Minor units of the transfer's currency. */
  readonly amount: (minor: number) => string;
}

/** '2023-04-01 10:22:31', in UTC. */
export const instant = (atMs: number): string =>
  new Date(atMs).toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length).replace('T', ' ');

export const sayWith = (names: OutsideNames, cut: ListCut, currency: string): Say => ({
  names,
  cut,
  currency,
  amount: (minor) => describeAmount(minor, currency),
});
