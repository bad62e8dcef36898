/**
 * The feed as it is, and the same life around operations that know how this software works. Each variant is one trick;
 * `docs/simulation.md` draws it. As in `simulation-parameters.ts`, none of the figures was fitted to the detector: where
 * one answers a limit of the flow engine, it says which.
 */
export const VARIANTS = Object.freeze({
  plain: {
    says: 'the demo feed: operations that hide nothing',
    parameters: {},
  },

  dusting: {
    says: 'each wallet of a chain is flooded with tiny credits before it pays on',
    parameters: {
      /** More than the 32 credits that the engine remembers of an account, with the credit that matters among them. */
      dustCredits: { low: 36, high: 48 },
      dustRupees: { low: 1, high: 20 },
      /** Wallets that only ever send dust, an operation's own; each flood comes from different ones. */
      throwAwayWallets: 90,
      /** They were opened so many days before the feed begins. */
      openedDaysBefore: { low: 1, high: 6 },
      /** The flood follows the credit at once, and fills at most this share of the rest before the debit. */
      restShareMax: 0.8,
      floodMinutesMax: 12,
    },
  },

  'slow-hops': {
    says: 'each hop rests for hours or days instead of minutes',
    parameters: {
      /** Within three days, the window in which the engine links a debit to a credit. */
      restHours: { low: 3, high: 60 },
      restMedianHours: 11,
      restSigma: 0.9,
      /** Some outlast that window. */
      beyondShare: 0.12,
      beyondHours: { low: 74, high: 96 },
      /** Nobody pays at night, when little else happens: such a payment waits for the morning. */
      wakingHours: { open: 8, close: 23 },
      /** A collector whose day is full waits for one that is not, so many days at most. */
      putOffDaysMax: 14,
    },
  },

  'split-merge': {
    says: 'each hop splits over parallel mules and merges again; no leg resembles what came in',
    parameters: {
      /** Parallel mules a hop. */
      parts: { low: 2, high: 4 },
      /** Payments in which each of them hands its part to the wallet where the parts merge. */
      legsBack: { low: 2, high: 3 },
      /** The smallest part of each hop is below this share of it: a guard asks for 30 % of the amount. */
      smallestPartShareMax: 0.29,
      /**
       * No payment is between these shares of any of the operation's credits to its payer. The engine links between 0.75
       * and 1.12; those who hide leave a little room.
       */
      avoidedShare: { low: 0.73, high: 1.15 },
      /** For so many days after the credit; the engine links for three. */
      avoidedDays: 3.5,
      legGapMinutes: { low: 0.7, high: 3 },
      legRupeesMin: 100,
      /** A sum that cannot be cut so in as many payments stays where it is. */
      legsMax: 12,
      /** Cuts tried before it stays. */
      cutsTried: 400,
    },
  },

  'hub-posing': {
    says: 'mules and the front are declared as agents and merchants by their provider',
    parameters: {
      /** Every trail that leads through mules leads through this layer: all of its wallets pose. */
      posingLayer: 0,
      /** What they are declared as, in turn. */
      posingKinds: ['MERCHANT', 'AGENT'],
      frontKind: 'MERCHANT',
      /** They were opened so many days before the feed begins; true hubs are there for more than a year. */
      openedDaysBefore: { low: 1, high: 4 },
    },
  },

  'other-currencies': {
    says: 'money goes in at an exchange in one currency and comes out in another',
    parameters: {
      /**
       * What a unit is worth in rupees, and the step that people round to, in minor units. Plausible, no quotations of any
       * day. JPY has no decimals and KWD has three.
       */
      currencies: {
        USD: { rupees: 281, stepMinor: 100 },
        AED: { rupees: 76.5, stepMinor: 500 },
        EUR: { rupees: 325, stepMinor: 100 },
        JPY: { rupees: 1.85, stepMinor: 10 },
        KWD: { rupees: 915, stepMinor: 250 },
      },
      /** What the exchange keeps of a conversion. */
      spreadShare: { low: 0.005, high: 0.02 },
      exchangeMinutes: { low: 1, high: 8 },
      /** Money that is foreign already is converted again at a hop with this probability; else it hops as it is. */
      againShare: 0.4,
      /** A chain is at least so long: one hop out of the rupee, one back. */
      hopsMin: 2,
    },
  },
} as const);

export type VariantName = keyof typeof VARIANTS;

export const VARIANT_NAMES = Object.keys(VARIANTS) as readonly VariantName[];

export const isVariant = (name: string): name is VariantName => Object.hasOwn(VARIANTS, name);
