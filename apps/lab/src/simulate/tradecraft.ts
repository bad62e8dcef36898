import { BurstPlanner } from './burst';
import { type OperationCast } from './casting';
import { CurrencyBurst } from './currency-burst';
import { DustedBurst, openThrowAwayWallets } from './dusted-burst';
import { poseAsHubs } from './hub-posing';
import { type BurstSetting } from './parcel';
import { type Population, type SimulatedWallet } from './population';
import { type RandomStream } from './random-stream';
import { SlowBurst } from './slow-burst';
import { CreditBook } from './credit-book';
import { SplitMergeBurst } from './split-merge-burst';
import { type VariantName } from './variants';

/** How an operation plans its bursts. What it prepares or remembers, it has from the first burst to the last. */
export type Tradecraft = (setting: BurstSetting) => BurstPlanner;

interface Workshop {
  readonly cast: OperationCast;
  readonly population: Population;
  /** The variant's own: what it draws leaves the people and their lives as they are. */
  readonly random: RandomStream;
}

/** Equips one operation for a variant, before its first burst. */
export function tradecraftOf(variant: VariantName, workshop: Workshop): Tradecraft {
  const { cast, population, random } = workshop;
  switch (variant) {
    case 'plain':
      return (setting) => new BurstPlanner(setting);
    case 'dusting': {
      const throwAways = openThrowAwayWallets(population, random);
      return (setting) => new DustedBurst(setting, throwAways, random);
    }
    case 'slow-hops':
      return (setting) => new SlowBurst(setting, random);
    case 'split-merge': {
      const book = new CreditBook();
      const reserve: SimulatedWallet[] = [];
      return (setting) => new SplitMergeBurst(setting, book, reserve, random);
    }
    case 'hub-posing':
      poseAsHubs(cast, random);
      return (setting) => new BurstPlanner(setting);
    case 'other-currencies':
      // What an exchange holds comes from outside the watched wallets.
      for (const exchange of population.exchanges) exchange.openingMinor = Number.POSITIVE_INFINITY;
      return (setting) => new CurrencyBurst(setting, random);
    default:
      return variant satisfies never;
  }
}
