import { type TransferEntry } from '#contracts';
import {
  AMOUNT_MINOR_MAX,
  DAY_MS,
  type EventTimeMs,
  invariant,
  MINUTE_MS,
  type PartyKind,
  SECOND_MS,
  type TransferType,
} from '#domain';
import { RandomStream } from '../simulate/random-stream';
import { DueQueue } from './due-queue';
import { mixed, powerLawRank } from './power-law';

export interface PowerLawParameters {
  readonly seed: number;
  /** Shops and agents included. */
  readonly wallets: number;
  readonly transfers: number;
  /** The feed's clock is set so that the transfers fill about as many. */
  readonly days: number;
  /** Of payments between persons, the share that the payee passes on. */
  readonly passOnShare: number;
  /** How many times such money is passed on. */
  readonly hopsMin: number;
  readonly hopsMax: number;
  /** One wallet that no provider declares as anything, and of all transfers the share that it takes part in. */
  readonly hub: { readonly counterparties: number; readonly share: number } | null;
}

/**
 * One in ten payments between persons is passed on, up to four times, so that one transfer in ten passes money on. Without,
 * hardly a link would form and the engine would be flattered; with many more, everything would be an alert, and what was
 * measured would be the writing of alerts.
 */
export const POWER_LAW_FEED: PowerLawParameters = {
  seed: 1,
  wallets: 1_000_000,
  transfers: 10_000_000,
  days: 30,
  passOnShare: 0.1,
  hopsMin: 1,
  hopsMax: 4,
  hub: null,
};

/** How often wallets pay, are paid, and shops are bought at: frequency falls as rank^−exponent. */
export const EXPONENTS = { payer: 0.7, payee: 0.9, shop: 1 } as const;

/** Primes: rank times one of them, modulo the wallets, spreads neighbouring ranks; another for payees than for payers. */
const SPREADS = [7_919, 104_729] as const;
const SHOP_SHARE = 0.02;
const AGENT_SHARE = 0.005;
const SHARES = { shop: 0.35, cashIn: 0.08, cashOut: 0.12 } as const;
/** Whom one pays: mostly one of a few, the first of them most often. */
const CONTACTS = 8;
const CONTACT_SHARE = 0.7;
/** A mean of 20 minutes, never under half a minute: as fast as mules are. */
const DWELL_MIN_MS = 30 * SECOND_MS;
const DWELL_MEAN_MS = 20 * MINUTE_MS;
const KEPT_MIN = 0.9;
const KEPT_MAX = 1;
const CASHED_SHARE = 0.5;
const DUE_MAX = 1_000_000;
const AMOUNT_MEDIAN_MINOR = 250_000;
const AMOUNT_SIGMA = 1.2;
/** One in five thousand ordinary transfers begins a burst: many in the same few seconds. */
const BURST_CHANCE = 0.0002;
const BURST_TRANSFERS = { low: 20, high: 200 } as const;
const PROVIDER = 'bench';
const CURRENCY = 'PKR';
const START_MS = Date.UTC(2026, 0, 1);
const NO_TOKENS: readonly string[] = [];

/** Money that a person will pass on. */
interface PassOn {
  readonly atMs: EventTimeMs;
  readonly payer: number;
  readonly amountMinor: number;
  readonly hopsLeft: number;
}

/**
 * An endless-looking transfer feed of many wallets, for measuring cost; nothing in it is laundering, or all of it. Few
 * wallets do most (power laws, see {@link EXPONENTS}), shops and agents are declared, times are whole seconds with ties
 * and bursts, and a share of the money is passed on so that links form. Same parameters, same feed, on every machine.
 */
export class PowerLawFeed {
  /** Transfers made so far; the position of the last one. */
  made = 0;
  /** Wallets that have taken part so far. */
  walletsSeen = 0;
  private readonly random: RandomStream;
  private readonly due = new DueQueue<PassOn>(DUE_MAX);
  private readonly seen: Uint8Array;
  private readonly shops: number;
  private readonly agents: number;
  private readonly persons: number;
  private readonly gapMeanMs: number;
  private clockMs = START_MS;
  private burstLeft = 0;

  constructor(private readonly parameters: PowerLawParameters) {
    const { wallets, transfers, days, seed, passOnShare, hopsMin, hopsMax, hub } = parameters;
    invariant(wallets >= 100 && transfers >= 1, 'a feed has wallets and transfers');
    invariant(1 <= hopsMin && hopsMin <= hopsMax, 'money that is passed on makes a hop');
    this.shops = shopsOf(wallets);
    this.agents = agentsOf(wallets);
    this.persons = personsOf(wallets);
    invariant((hub?.counterparties ?? 0) < this.persons, 'the hub deals with persons');
    invariant(areSpread(this.persons), 'each rank is another wallet');
    this.seen = new Uint8Array(wallets);
    this.random = new RandomStream(seed, 'power-law feed');
    const personal = (1 - SHARES.shop - SHARES.cashIn - SHARES.cashOut) * (1 - (hub?.share ?? 0));
    const passedOn = personal * passOnShare * ((hopsMin + hopsMax) / 2);
    this.gapMeanMs = ((days * DAY_MS) / transfers) * (1 + passedOn);
  }

  /** The next transfers, at most so many; none once all were made. */
  next(entriesMax: number): TransferEntry[] {
    const count = Math.min(entriesMax, this.parameters.transfers - this.made);
    return Array.from({ length: count }, () => this.one());
  }

  private one(): TransferEntry {
    const ordinaryAtMs = this.clockMs + this.nextGapMs();
    if (this.due.nextAtMs <= ordinaryAtMs) {
      const passOn = this.due.take()!;
      this.clockMs = passOn.atMs;
      return this.passOn(passOn);
    }
    this.clockMs = ordinaryAtMs;
    return this.ordinary(ordinaryAtMs);
  }

  private nextGapMs(): number {
    if (this.burstLeft > 0) return this.random.chance(0.5) ? 0 : SECOND_MS;
    return -Math.log(1 - this.random.next()) * this.gapMeanMs;
  }

  private ordinary(atMs: EventTimeMs): TransferEntry {
    const { random } = this;
    if (this.burstLeft > 0) this.burstLeft -= 1;
    else if (random.chance(BURST_CHANCE)) {
      this.burstLeft = random.whole(BURST_TRANSFERS.low, BURST_TRANSFERS.high);
    }
    const amountMinor = this.amount();
    const { hub } = this.parameters;
    if (hub !== null && random.chance(hub.share)) return this.withHub(hub, atMs, amountMinor);
    const payer = this.payer();
    const kind = random.next();
    if (kind < SHARES.shop) {
      return this.entry(atMs, 'MERCHANT_PAYMENT', payer, this.shop(), amountMinor);
    }
    if (kind < SHARES.shop + SHARES.cashIn) {
      return this.entry(atMs, 'CASH_IN', this.agent(), payer, amountMinor);
    }
    if (kind < SHARES.shop + SHARES.cashIn + SHARES.cashOut) {
      return this.entry(atMs, 'CASH_OUT', payer, this.agent(), amountMinor);
    }
    const payee = this.payeeOf(payer);
    if (random.chance(this.parameters.passOnShare)) {
      const { hopsMin, hopsMax } = this.parameters;
      this.schedule(atMs, payee, amountMinor, random.whole(hopsMin, hopsMax));
    }
    return this.entry(atMs, 'P2P', payer, payee, amountMinor);
  }

  private passOn({ atMs, payer, amountMinor, hopsLeft }: PassOn): TransferEntry {
    if (hopsLeft === 1 && this.random.chance(CASHED_SHARE)) {
      return this.entry(atMs, 'CASH_OUT', payer, this.agent(), amountMinor);
    }
    const payee = this.other(payer, this.popular(this.random.next()));
    if (hopsLeft > 1) this.schedule(atMs, payee, amountMinor, hopsLeft - 1);
    return this.entry(atMs, 'P2P', payer, payee, amountMinor);
  }

  private schedule(atMs: EventTimeMs, payer: number, amountMinor: number, hopsLeft: number): void {
    const { random } = this;
    const dwellMs = DWELL_MIN_MS - Math.log(1 - random.next()) * (DWELL_MEAN_MS - DWELL_MIN_MS);
    const kept = Math.max(1, Math.round(amountMinor * random.between(KEPT_MIN, KEPT_MAX)));
    this.due.add({ atMs: atMs + dwellMs, payer, amountMinor: kept, hopsLeft });
  }

  private withHub(
    { counterparties }: { readonly counterparties: number },
    atMs: EventTimeMs,
    amountMinor: number,
  ): TransferEntry {
    const hub = this.parameters.wallets - 1;
    const other = this.shops + this.agents + this.random.whole(0, counterparties - 1);
    return this.random.chance(0.5)
      ? this.entry(atMs, 'P2P', other, hub, amountMinor)
      : this.entry(atMs, 'P2P', hub, other, amountMinor);
  }

  private amount(): number {
    const drawn = Math.round(this.random.logNormal(AMOUNT_MEDIAN_MINOR, AMOUNT_SIGMA));
    return Math.min(AMOUNT_MINOR_MAX, Math.max(1, drawn));
  }

  private payer(): number {
    const rank = powerLawRank(this.random.next(), this.persons, EXPONENTS.payer);
    return this.shops + this.agents + ((rank * SPREADS[0]) % this.persons);
  }

  private payeeOf(payer: number): number {
    const { random } = this;
    if (!random.chance(CONTACT_SHARE)) return this.other(payer, this.popular(random.next()));
    const contact = Math.floor(CONTACTS * random.next() ** 2);
    return this.other(payer, this.popular(mixed(payer, contact)));
  }

  private popular(uniform: number): number {
    const rank = powerLawRank(uniform, this.persons, EXPONENTS.payee);
    return this.shops + this.agents + ((rank * SPREADS[1]) % this.persons);
  }

  /** Nobody pays himself. */
  private other(payer: number, payee: number): number {
    if (payee !== payer) return payee;
    const next = payee + 1;
    return next < this.parameters.wallets ? next : this.shops + this.agents;
  }

  private shop(): number {
    return powerLawRank(this.random.next(), this.shops, EXPONENTS.shop);
  }

  private agent(): number {
    return this.shops + this.random.whole(0, this.agents - 1);
  }

  private kindOf(wallet: number): PartyKind | null {
    if (wallet < this.shops) return 'MERCHANT';
    return wallet < this.shops + this.agents ? 'AGENT' : null;
  }

  private entry(
    atMs: EventTimeMs,
    type: TransferType,
    debtor: number,
    creditor: number,
    amountMinor: number,
  ): TransferEntry {
    this.made += 1;
    for (const wallet of [debtor, creditor]) {
      if (this.seen[wallet] === 1) continue;
      this.seen[wallet] = 1;
      this.walletsSeen += 1;
    }
    return {
      kind: 'transfer',
      position: this.made,
      originalPosition: null,
      debtorTokens: NO_TOKENS,
      creditorTokens: NO_TOKENS,
      transfer: {
        provider: PROVIDER,
        transferId: `T${this.made}`,
        status: 'SETTLED',
        type,
        occurredAtMs: Math.floor(atMs / SECOND_MS) * SECOND_MS,
        amountMinor,
        currency: CURRENCY,
        debtor: { provider: PROVIDER, walletId: walletId(debtor), kind: this.kindOf(debtor) },
        creditor: { provider: PROVIDER, walletId: walletId(creditor), kind: this.kindOf(creditor) },
      },
    };
  }
}

const shopsOf = (wallets: number): number => Math.ceil(wallets * SHOP_SHARE);
const agentsOf = (wallets: number): number => Math.ceil(wallets * AGENT_SHARE);
const personsOf = (wallets: number): number => wallets - shopsOf(wallets) - agentsOf(wallets);
/** Of each rank another wallet comes, unless the persons are a multiple of a spread. */
const areSpread = (persons: number): boolean => SPREADS.every((prime) => persons % prime > 0);

/** The least number of wallets from this on that a feed can be made of. */
export function feedWallets(atLeast: number): number {
  let wallets = Math.ceil(atLeast);
  // Two multiples in a row there are none, so it ends after as many as make another person.
  while (!areSpread(personsOf(wallets))) wallets += 1;
  return wallets;
}

/** Eleven digits, as a wallet's number has. */
const walletId = (wallet: number): string => String(92_300_000_000 + wallet);
