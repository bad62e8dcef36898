import { DAY_MS, type EventTimeMs, type PartyKind } from '#domain';
import { simulatedDay } from './calendar';
import { RandomStream } from './random-stream';
import { type Range, rupees, SIMULATION, type SimulationSize } from './simulation-parameters';

export type Tier = keyof typeof SIMULATION.dailyLimitRupees;

/** A wallet, as its provider knows it. Only `id`, `kind` and what a transfer row may tell ever reach the feed. */
export interface SimulatedWallet {
  readonly index: number;
  readonly id: string;
  kind: PartyKind;
  /** Null for a hub, which has no daily limit. */
  tier: Tier | null;
  readonly city: number;
  readonly msisdn: string | null;
  deviceId: string | null;
  openedAtMs: EventTimeMs | null;
  /** What it holds before the feed begins. Infinite for what lies outside the watched wallets. */
  openingMinor: number;
}

/** Everybody there is, and who belongs together. Lists hold wallets; `wallets` holds them all by index. */
export interface Population {
  readonly wallets: readonly SimulatedWallet[];
  readonly people: readonly SimulatedWallet[];
  readonly agents: readonly SimulatedWallet[];
  readonly merchants: readonly SimulatedWallet[];
  readonly employers: readonly SimulatedWallet[];
  readonly suppliers: readonly SimulatedWallet[];
  readonly schools: readonly SimulatedWallet[];
  readonly billers: readonly SimulatedWallet[];
  readonly topUpSellers: readonly SimulatedWallet[];
  readonly exchanges: readonly SimulatedWallet[];
  readonly benefitPayer: SimulatedWallet;
  readonly bank: SimulatedWallet;
  readonly abroad: SimulatedWallet;
  /** People who live together, the earner first. */
  readonly households: readonly (readonly SimulatedWallet[])[];
  /**
   * Opens one wallet more, on a keypad phone, that leads no ordinary life: nobody is a friend of it, and it holds nothing
   * until it is given something. Must be called before balances are taken over from `wallets`.
   */
  readonly openIdle: (tier: Tier) => SimulatedWallet;
}

/** Hubs have been there for years; see DETECTION.md: a declared hub a few days old is not believed. */
const HUB_AGE_DAYS: Range = { low: 400, high: 3_000 };
const PERSON_AGE_DAYS: Range = { low: 45, high: 2_200 };

class PopulationBuilder {
  readonly wallets: SimulatedWallet[] = [];
  private readonly random: RandomStream;
  private readonly takenIds = new Set<string>();
  private readonly startMs = simulatedDay(0).startMs;

  constructor(size: SimulationSize) {
    this.random = new RandomStream(size.seed, 'population');
  }

  private add(wallet: Omit<SimulatedWallet, 'index'>): SimulatedWallet {
    const added = { ...wallet, index: this.wallets.length };
    this.wallets.push(added);
    return added;
  }

  /** Digits in no order: an id tells nothing of the wallet's part in the story. */
  private newDigits(digits: number): string {
    const low = 10 ** (digits - 1);
    for (;;) {
      const text = String(this.random.whole(low, low * 10 - 1));
      if (this.takenIds.has(text)) continue;
      this.takenIds.add(text);
      return text;
    }
  }

  hubs(prefix: string, kind: PartyKind, count: number, floatRupees?: Range): SimulatedWallet[] {
    return Array.from({ length: count }, (_, n) => {
      const float = floatRupees ? this.random.between(floatRupees.low, floatRupees.high) : 0;
      return this.add({
        id: `${prefix}-${String(n + 1).padStart(4, '0')}`,
        kind,
        tier: kind === 'BUSINESS' ? 'BUSINESS' : null,
        city: n % SIMULATION.people.cities,
        msisdn: null,
        deviceId: null,
        openedAtMs: this.startMs - this.random.whole(HUB_AGE_DAYS.low, HUB_AGE_DAYS.high) * DAY_MS,
        openingMinor: rupees(float),
      });
    });
  }

  /** What is not a wallet: its money comes from, or goes, outside. */
  outside(id: string): SimulatedWallet {
    return this.add({
      id,
      kind: 'EXTERNAL',
      tier: null,
      city: 0,
      msisdn: null,
      deviceId: null,
      openedAtMs: null,
      openingMinor: Number.POSITIVE_INFINITY,
    });
  }

  person(city: number, deviceId: string | null): SimulatedWallet {
    const { people } = SIMULATION;
    const ageDays = this.random.whole(PERSON_AGE_DAYS.low, PERSON_AGE_DAYS.high);
    const opening = this.random.logNormal(people.openingMedianRupees, people.openingSigma);
    return this.add({
      id: `W${this.newDigits(9)}`,
      kind: 'PERSON',
      tier: this.random.chance(people.levelTwoShare) ? 'L2' : 'L1',
      city,
      // No operator in Pakistan has the prefix 0399, so these are nobody's numbers.
      msisdn: `92399${this.newDigits(7)}`,
      deviceId,
      openedAtMs: this.startMs - ageDays * DAY_MS,
      openingMinor: rupees(opening),
    });
  }

  newDevice(): string | null {
    return this.random.chance(SIMULATION.people.keypadShare) ? null : `D${this.newDigits(10)}`;
  }

  households(peopleCount: number): SimulatedWallet[][] {
    const { householdSize, householdSharesPhoneShare, cities } = SIMULATION.people;
    const households: SimulatedWallet[][] = [];
    for (let left = peopleCount; left > 0;) {
      const size = Math.min(left, this.random.whole(householdSize.low, householdSize.high));
      const city = this.random.whole(0, cities - 1);
      const shared = this.random.chance(householdSharesPhoneShare) ? this.newDevice() : undefined;
      households.push(
        Array.from({ length: size }, () =>
          this.person(city, shared === undefined ? this.newDevice() : shared),
        ),
      );
      left -= size;
    }
    return households;
  }
}

export function makePopulation(size: SimulationSize): Population {
  const { businesses } = SIMULATION;
  const builder = new PopulationBuilder(size);
  const share = (of: number): number => Math.max(2, Math.round(size.wallets * of));
  const hubs = {
    agents: builder.hubs(
      'AGENT',
      'AGENT',
      share(businesses.agentsShare),
      businesses.agentFloatRupees,
    ),
    merchants: builder.hubs('SHOP', 'MERCHANT', share(businesses.merchantsShare)),
    employers: builder.hubs('EMPLOYER', 'BUSINESS', share(businesses.employersShare)),
    suppliers: builder.hubs('SUPPLIER', 'BUSINESS', share(businesses.suppliersShare)),
    schools: builder.hubs('SCHOOL', 'BILLER', share(businesses.schoolsShare)),
    billers: builder.hubs('UTILITY', 'BILLER', businesses.billers),
    topUpSellers: builder.hubs('AIRTIME', 'BILLER', businesses.topUpSellers),
    exchanges: builder.hubs('EXCHANGE', 'EXCHANGE', businesses.exchanges),
    benefitPayer: builder.hubs('BENEFITS', 'BANK', 1)[0]!,
    bank: builder.outside('external-bank'),
    abroad: builder.outside('external-abroad'),
  };
  const households = builder.households(size.wallets - builder.wallets.length);
  const openIdle = (tier: Tier): SimulatedWallet =>
    Object.assign(builder.person(0, null), { tier, openingMinor: 0 });
  return {
    ...hubs,
    households,
    people: households.flat(),
    wallets: builder.wallets,
    openIdle,
  };
}
