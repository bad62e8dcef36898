import { DAY_MS, invariant, SECOND_MS } from '#domain';

/** Every limit of the flow engine. Meeting one is reported with what it touched, never silent. */
export interface FlowLimits {
  /** Credits remembered of one account, spent or not. What falls out joins the account's mixed pile. */
  readonly creditsPerAccountMax: number;
  /** Debits remembered of one account. */
  readonly debitsPerAccountMax: number;
  /** Credits in a row whose sum is compared with a debit. */
  readonly creditsInSumMax: number;
  /** Credits and debits older than this are forgotten; what is left of them stays, in the mixed pile. */
  readonly memoryMs: number;
  /** A debit links to a credit of its account that came no longer ago… */
  readonly linkWindowMs: number;
  /** …of so many that match its amount, the newest ones. */
  readonly linkMatchesMax: number;
  /** Other recent payers of the payer that travel with a payment, at most {@link FUNDERS_ROOM}… */
  readonly fundersMax: number;
  /** …and other recent payees, at most {@link COPAYEES_ROOM}. */
  readonly coPayeesMax: number;
  /** Other recent payers of the payee that a payer is paired with. */
  readonly pairedPayersMax: number;
  /** Taint is not passed on by money that has rested longer. */
  readonly taintDwellMaxMs: number;
  /** A share of tainted money below this is not passed on. */
  readonly taintShareMin: number;
  /** With whom an account has dealt is remembered for this long… */
  readonly counterpartyMemoryMs: number;
  /** …and of so many, either way; the one longest unseen makes room. */
  readonly counterpartiesPerAccountMax: number;
  /** With so many new counterparties lately, at like amounts, an account is popular: trails end there, as at a hub. */
  readonly popularCounterpartiesMin: number;
  /** A wallet that is declared a hub is believed once it has been open so long, or been seen so long (hub.ts). */
  readonly hubBelievedAfterMs: number;
  /** A transfer so far behind the feed's clock is late: applied, and marked. */
  readonly lateAfterMs: number;
  /** When a wallet becomes known, its past this far back is gone through; 0 leaves the past alone. */
  readonly retroHuntMs: number;
  /** Transfers in a row that are followed from it… */
  readonly retroHopsMax: number;
  /** …and accounts that are gone through. */
  readonly retroAccountsMax: number;
  /** An account untouched for so long is given up… */
  readonly accountReleaseMs: number;
  /** …and, while there are more accounts than this, one that nothing remembered can name any more. */
  readonly accountsMax: number;
  /** Identifiers (devices, SIMs, agents, persons) whose wallets are remembered. */
  readonly attributesMax: number;
  /** Pairs of payers whose shared payees are remembered; the one noted first makes room. */
  readonly pairsMax: number;
  /** Who called a number is remembered for this long… */
  readonly callMemoryMs: number;
  /** …of so many called numbers, from reported numbers and from others each. */
  readonly calledNumbersMax: number;
  /** Wallets whose last changes of SIM and handset are remembered. */
  readonly changedWalletsMax: number;
  /** Wallets of which an event told the tier, the handset of a login, or that they are an agent's: so many of each. */
  readonly toldWalletsMax: number;
  /** A login's handset stands for that of a payment which tells none, for so long. */
  readonly loginMemoryMs: number;
  /** Payments that somebody complained of, and payers whose complaints count. */
  readonly complaintsMax: number;
  /** An account that is used again after so long wakes… */
  readonly dormantAfterMs: number;
  /** …and so many wakings are remembered. */
  readonly wokenAccountsMax: number;
  /** Marks of each kind (handsets, SIMs, persons, agents) whose payments are remembered. */
  readonly marksMax: number;
}

export const FLOW_LIMITS: FlowLimits = {
  creditsPerAccountMax: 32,
  debitsPerAccountMax: 32,
  creditsInSumMax: 8,
  memoryMs: 14 * DAY_MS,
  linkWindowMs: 3 * DAY_MS,
  linkMatchesMax: 2,
  fundersMax: 6,
  coPayeesMax: 6,
  pairedPayersMax: 3,
  taintDwellMaxMs: 7 * DAY_MS,
  taintShareMin: 0.1,
  counterpartyMemoryMs: 180 * DAY_MS,
  counterpartiesPerAccountMax: 64,
  popularCounterpartiesMin: 100,
  hubBelievedAfterMs: 7 * DAY_MS,
  lateAfterMs: 5 * SECOND_MS,
  retroHuntMs: 3 * DAY_MS,
  retroHopsMax: 7,
  retroAccountsMax: 1_000,
  accountReleaseMs: 180 * DAY_MS,
  accountsMax: 8_000_000,
  attributesMax: 2_000_000,
  pairsMax: 262_144,
  callMemoryMs: 3 * DAY_MS,
  calledNumbersMax: 262_144,
  changedWalletsMax: 262_144,
  toldWalletsMax: 262_144,
  loginMemoryMs: DAY_MS,
  complaintsMax: 262_144,
  dormantAfterMs: 90 * DAY_MS,
  wokenAccountsMax: 262_144,
  marksMax: 500_000,
};

/** Transfers upstream that travel with a payment. */
export const ANCESTORS_MAX = 7;
/** What a row has room for: other payers of the payer that travel with a payment… */
export const FUNDERS_ROOM = 6;
/** …and other payees. */
export const COPAYEES_ROOM = 6;
/** A funder's payment and the payment it travels with are at least this share of each other. */
export const FUNDER_SHARE_MIN = 0.1;
/** Longer trails are counted as this long. */
export const DEPTH_MAX = 4095;
/** Operations that one credit may come from. The strongest are kept. */
export const ORIGINS_MAX = 4;
/** Operations that a mixed pile may come from. */
export const ORIGINS_IN_PILE_MAX = 16;

/** Debits that nothing covered, remembered of one account for a late credit to fill. */
export const UNCOVERED_MAX = 4;

/** A debit is taken for the passing on of a credit where it is this share of it. */
export const LINK_RATIO_MIN = 0.75;
export const LINK_RATIO_MAX = 1.12;
/** Credits that a debit is compared with as lots: it takes these first. */
export const LOT_RATIO_MIN = 0.8;
export const LOT_RATIO_MAX = 1.06;

/** How a limit that was met is named in an alert's coverage. */
export const CAPS = {
  credits: 'creditsPerAccountMax',
  debits: 'debitsPerAccountMax',
  uncovered: 'uncoveredMax',
  linkMatches: 'linkMatchesMax',
  ancestors: 'ancestorsMax',
  funders: 'fundersMax',
  coPayees: 'coPayeesMax',
  pairedPayers: 'pairedPayersMax',
  origins: 'originsMax',
  originsInPile: 'originsInPileMax',
  retroHops: 'retroHopsMax',
  retroAccounts: 'retroAccountsMax',
  accounts: 'accountsMax',
  attributes: 'attributesMax',
  walletsPerAttribute: 'walletsPerAttributeMax',
  counterparties: 'counterpartiesPerAccountMax',
  pairs: 'pairsMax',
  calledNumbers: 'calledNumbersMax',
  changedWallets: 'changedWalletsMax',
  toldWallets: 'toldWalletsMax',
  complaints: 'complaintsMax',
  complaintsPerPayer: 'complaintsPerPayerMax',
  wokenAccounts: 'wokenAccountsMax',
  marks: 'marksMax',
} as const;
export type Cap = (typeof CAPS)[keyof typeof CAPS];

/** How long something remembered may still name an account: what rests longer may give its number away. */
export const namedForMs = ({ memoryMs, linkWindowMs }: FlowLimits): number =>
  memoryMs + ANCESTORS_MAX * linkWindowMs;

/** What the layout of the state asks of the limits. */
export function checkLimits(limits: FlowLimits): void {
  const { creditsPerAccountMax, debitsPerAccountMax } = limits;
  invariant(creditsPerAccountMax <= 256 && debitsPerAccountMax <= 256, 'rows fit a block');
  invariant(limits.fundersMax <= FUNDERS_ROOM, 'a credit has room for its funders');
  invariant(limits.coPayeesMax <= COPAYEES_ROOM, 'a step has room for its co-payees');
  invariant(limits.accountReleaseMs >= namedForMs(limits), 'no number is given away too early');
}
