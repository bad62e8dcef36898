/**
 * Every number the simulated wallet life is made of. Figures with legal weight carry their source; the rest are plain
 * assumptions of ours, chosen so that the traffic has the shapes that detection must tell apart. None was fitted to the
 * detector. Money is in whole rupees here (units last) and becomes minor units where it is used.
 */
export const SIMULATION = Object.freeze({
  /** 27 October: ten days from here see a month's end, pay days, the first of the month and a weekend. */
  firstDay: '2026-10-27',
  /** Asia/Karachi has no daylight saving. */
  utcOffsetHours: 5,
  currency: 'PKR',

  /**
   * What a wallet may receive, and pay, a day; the two are counted apart (jsbl.com). Level 1 and 2 of branchless banking
   * as offered: jsbl.com, marketwillion.com. A business wallet's limit is set by its bank: ours is an assumption.
   * Monthly limits are left out: ten days hardly meet them.
   */
  dailyLimitRupees: { L1: 50_000, L2: 100_000, BUSINESS: 6_000_000 },
  /**
   * Money received may not be cashed out or spent online for two hours (State Bank of Pakistan, BPRD Circular 04 of 14
   * April 2023). Passing it on to another wallet is not in the circular's list: that gap is what layering lives in.
   */
  coolOffMinutes: 120,

  /** Shares of all wallets. What is left are people. */
  businesses: {
    agentsShare: 0.02,
    merchantsShare: 0.05,
    employersShare: 0.005,
    suppliersShare: 0.003,
    schoolsShare: 0.002,
    billers: 5,
    topUpSellers: 3,
    exchanges: 2,
    agentFloatRupees: { low: 400_000, high: 1_200_000 },
  },
  /** Shares of all people. */
  people: {
    cities: 6,
    householdSize: { low: 1, high: 6 },
    householdSharesPhoneShare: 0.15,
    levelTwoShare: 0.5,
    salariedShare: 0.34,
    benefitShare: 0.11,
    schoolParentShare: 0.1,
    cryptoBuyerShare: 0.01,
    driverShare: 0.007,
    cornerShopShare: 0.005,
    kametiMemberShare: 0.12,
    friends: { low: 3, high: 8 },
    openingMedianRupees: 6_500,
    openingSigma: 0.9,
    /** Some use a keypad phone: no app, no device to be told. */
    keypadShare: 0.18,
  },

  /** Means a person and day. */
  daily: {
    purchases: 0.8,
    topUps: 0.22,
    friendTransfers: 0.2,
    bills: 0.06,
    cashOuts: 0.08,
    rides: 0.05,
    cryptoPurchases: 0.4,
    purchaseMedianRupees: 620,
    topUpRupees: [50, 100, 100, 150, 200, 300, 500],
    friendMedianRupees: 1_400,
    /** A friend's transfer that goes to somebody never paid before: a seller, a landlord, a new colleague. */
    strangerShare: 0.12,
    billMedianRupees: 3_800,
    cashOutMedianRupees: 4_500,
    rideMedianRupees: 420,
    cryptoMedianRupees: 6_000,
    /** Below this somebody fills the wallet: cash at an agent, or from a bank account. */
    lowBalanceRupees: 1_500,
    fillMedianRupees: 6_000,
    remittancesPerThousandPeople: 9,
    remittanceMedianRupees: 38_000,
    abroadPerThousandPeople: 1.2,
    abroadMedianRupees: 22_000,
    failedShare: 0.004,
  },
  family: {
    /** A household's earner gives each other adult this often a day. */
    allowancesDaily: 0.24,
    allowanceMedianRupees: 1_800,
    /** The share of a salary that goes home within hours of it: innocent, and looks like pass-through. */
    salaryHomeShare: { low: 0.3, high: 0.6 },
    salaryHomeProbability: 0.45,
  },
  /** Committees: everybody pays the organiser the same on one day, one member is paid the whole pot. */
  kameti: {
    members: { low: 8, high: 15 },
    contributionsRupees: [1_000, 2_000, 2_500, 3_000, 5_000],
    /** Kept below a level 2 wallet's day. */
    potRupeesMax: 75_000,
    everyDays: 5,
  },
  salary: {
    medianRupees: 42_000,
    sigma: 0.3,
    low: 32_000,
    high: 92_000,
    daysOfMonth: [30, 31, 1, 2],
  },
  /** A quarterly instalment of 13,500 (Kafaalat programme); most recipients take it out in cash the same day. */
  benefit: { rupees: 13_500, everyDays: 5, cashedOutShare: 0.8 },
  school: { feeRupees: { low: 3_500, high: 9_000 }, daysOfMonth: { first: 1, last: 10 } },
  cornerShop: {
    customers: 35,
    salesDaily: 11,
    saleMedianRupees: 480,
    sweepShare: { low: 0.8, high: 0.95 },
  },
  driver: { cashOutShare: 0.8 },
  merchant: { settleShare: 0.9, settleProbability: 0.5 },

  /** The call centres. Amounts of victims and the shape of mule networks: public reports on scams, rounded by us. */
  operation: {
    victims: { low: 9, high: 15 },
    victimMedianRupees: 13_000,
    victimSigma: 0.75,
    victimRupees: { low: 5_000, high: 80_000 },
    /** An investor is talked into more each time. */
    investorGrowth: { low: 1.3, high: 1.8 },
    investors: { low: 9, high: 12 },
    investorFirstRupees: { low: 5_000, high: 14_000 },
    victimGapMedianMinutes: 9,
    collectors: { low: 2, high: 4 },
    layers: { low: 2, high: 5 },
    /** A collector passes on when about this much has come together. */
    flushRupees: { low: 45_000, high: 85_000 },
    /** Kept under the daily limit of a level 2 wallet, as mules are told to. */
    parcelRupeesMax: 95_000,
    /** What a mule passes on; the rest is the mule's pay. */
    keptShare: { low: 0.92, high: 0.99 },
    passOnMedianMinutes: 16,
    passOnSigma: 0.8,
    passOnMinutes: { low: 2, high: 115 },
    /** A front is a business account and has no cool-off to wait for. */
    frontExitMinutes: { low: 8, high: 45 },
    cryptoExitMinutes: { low: 121, high: 200 },
    abroadExitMinutes: { low: 20, high: 150 },
    branches: { low: 3, high: 5 },
    /** Smaller sums are not worth a mule's risk and are not cut further. */
    pieceRupeesMin: 7_000,
    staff: { low: 8, high: 11 },
    /** Cash-out as soon as the cool-off ends; a tell that exists only in Pakistan. */
    promptCashOutShare: 0.7,
    promptCashOutMinutes: { low: 120.5, high: 128 },
    laterCashOutMinutes: { low: 140, high: 380 },
    cashOutRupeesMax: 40_000,
    agentHours: { open: 8, close: 23 },
    /** Mules whose wallets are run from one of the operation's phones. */
    sharedDeviceShare: 0.4,
    freshMuleShare: 0.3,
    /** Small sales that make a front's wallet look like a shop. */
    coverSalesDaily: 3,
    coverSaleMedianRupees: 1_200,
    /** The hour a burst begins; the last evening's begin late, so that their money is still inside at the feed's end. */
    burstHours: { low: 10.2, high: 17.5 },
    lastEveningHours: { low: 19.6, high: 20.6 },
  },
} as const);

export interface SimulationSize {
  /** Any whole number from 0 to 2^31 - 1. The same seed and size make the same feed, byte for byte. */
  readonly seed: number;
  readonly days: number;
  readonly wallets: number;
}

export const SIMULATION_DEFAULT: SimulationSize = { seed: 1, days: 10, wallets: 3_000 };

export const SIMULATION_LIMITS = {
  seed: { low: 0, high: 2_147_483_647 },
  days: { low: 1, high: 92 },
  /** Fewer would hardly hold the operations' victims and mules. */
  wallets: { low: 1_000, high: 50_000 },
} as const;

/** Whole rupees as minor units (paisa). */
export const rupees = (amount: number): number => Math.round(amount) * 100;

/** A range, both ends included. */
export interface Range {
  readonly low: number;
  readonly high: number;
}
