import { HOUR_MS } from '#domain';
import { type SimulatedDay, timeBetween, timeOfLife } from './calendar';
import { type Casting } from './casting';
import { type Habit } from './habit';
import { type Channel, handheld, intend, type Intent } from './intent';
import { type Ledger } from './ledger';
import { type Population, type SimulatedWallet } from './population';
import { RandomStream } from './random-stream';
import { rupees, SIMULATION } from './simulation-parameters';

/** Where one person usually goes. */
interface Customs {
  /** How busy this person is beside the mean. */
  readonly activity: number;
  readonly shops: readonly SimulatedWallet[];
  readonly agents: readonly SimulatedWallet[];
  readonly friends: readonly SimulatedWallet[];
  readonly drivers: readonly SimulatedWallet[];
  readonly buysCrypto: boolean;
}

const FAVOURITE_SHOPS = 5;
const FAVOURITE_AGENTS = 2;
/** The share of fills that comes from a bank account; the rest is cash brought to an agent. */
const FILLED_FROM_BANK_SHARE = 0.35;
const FILL_PROBABILITY = 0.45;

/** People round what they choose: a small sum to tens, a large one to hundreds. */
export const roundedMinor = (amountRupees: number): number => {
  const step = amountRupees < 500 ? 10 : amountRupees < 5_000 ? 50 : 500;
  return rupees(Math.max(step, Math.round(amountRupees / step) * step));
};

/** Shops, airtime, bills, cash, and friends: what a wallet is for. */
export class DailySpending implements Habit {
  private readonly random: RandomStream;
  private readonly customs: ReadonlyMap<SimulatedWallet, Customs>;

  constructor(
    seed: number,
    private readonly population: Population,
    private readonly casting: Casting,
  ) {
    this.random = new RandomStream(seed, 'daily spending');
    const cities = byCity(population.people);
    const shops = byCity(population.merchants);
    const agents = byCity(population.agents);
    const drivers = byCity(casting.drivers);
    this.customs = new Map(
      casting.ordinary.map((person) => [
        person,
        {
          activity: this.random.between(0.4, 1.6),
          shops: this.random.sample(shops[person.city] ?? population.merchants, FAVOURITE_SHOPS),
          agents: this.random.sample(agents[person.city] ?? population.agents, FAVOURITE_AGENTS),
          friends: this.friendsOf(person, cities[person.city] ?? population.people),
          drivers: drivers[person.city] ?? casting.drivers,
          buysCrypto: this.random.chance(SIMULATION.people.cryptoBuyerShare),
        },
      ]),
    );
  }

  private friendsOf(person: SimulatedWallet, neighbours: readonly SimulatedWallet[]) {
    const { low, high } = SIMULATION.people.friends;
    const drawn = this.random.whole(low, high);
    return Array.from({ length: drawn }, () => this.random.pick(neighbours)).filter(
      (friend) => friend !== person && friend.kind === 'PERSON',
    );
  }

  plan(day: SimulatedDay, ledger: Ledger): Intent[] {
    return this.casting.ordinary.flatMap((person) => {
      const customs = this.customs.get(person)!;
      return [
        ...this.fill(person, customs, day, ledger),
        ...this.spend(person, customs, day),
        ...this.meet(person, customs, day),
      ];
    });
  }

  private times(mean: number, customs: Customs): number {
    return this.random.poisson(mean * customs.activity);
  }

  private fill(
    person: SimulatedWallet,
    customs: Customs,
    day: SimulatedDay,
    ledger: Ledger,
  ): Intent[] {
    const { lowBalanceRupees, fillMedianRupees } = SIMULATION.daily;
    const low = ledger.balanceMinor(person) < rupees(lowBalanceRupees);
    if (!low || !this.random.chance(FILL_PROBABILITY)) return [];
    const amount = roundedMinor(this.random.logNormal(fillMedianRupees, 0.6));
    const atMs = timeBetween(day, this.random, 8.5, 20);
    if (this.random.chance(FILLED_FROM_BANK_SHARE)) {
      return [intend('BANK_TRANSFER', atMs, [this.population.bank, person], amount)];
    }
    return [intend('CASH_IN', atMs, [this.random.pick(customs.agents), person], amount, 'AGENT')];
  }

  private spend(person: SimulatedWallet, customs: Customs, day: SimulatedDay): Intent[] {
    const { daily } = SIMULATION;
    const random = this.random;
    const intents: Intent[] = [];
    const pay = (
      type: Intent['type'],
      creditor: SimulatedWallet,
      amount: number,
      channel: Channel,
    ): void => {
      intents.push(intend(type, timeOfLife(day, random), [person, creditor], amount, channel));
    };
    for (let n = this.times(daily.purchases, customs); n > 0; n -= 1) {
      const amount = rupees(Math.max(20, random.logNormal(daily.purchaseMedianRupees, 0.9)));
      pay('MERCHANT_PAYMENT', random.pick(customs.shops), amount, 'QR');
    }
    for (let n = this.times(daily.topUps, customs); n > 0; n -= 1) {
      const amount = rupees(random.pick(daily.topUpRupees));
      pay('TOP_UP', random.pick(this.population.topUpSellers), amount, handheld(person));
    }
    for (let n = this.times(daily.bills, customs); n > 0; n -= 1) {
      const amount = rupees(Math.max(200, random.logNormal(daily.billMedianRupees, 0.6)));
      pay('BILL_PAYMENT', random.pick(this.population.billers), amount, handheld(person));
    }
    for (let n = this.times(daily.cashOuts, customs); n > 0; n -= 1) {
      const amount = roundedMinor(random.logNormal(daily.cashOutMedianRupees, 0.6));
      pay('CASH_OUT', random.pick(customs.agents), amount, 'AGENT');
    }
    if (customs.buysCrypto && random.chance(daily.cryptoPurchases)) {
      const amount = roundedMinor(random.logNormal(daily.cryptoMedianRupees, 0.7));
      pay('CRYPTO', random.pick(this.population.exchanges), amount, 'APP');
    }
    return intents;
  }

  private meet(person: SimulatedWallet, customs: Customs, day: SimulatedDay): Intent[] {
    const { daily } = SIMULATION;
    const random = this.random;
    const intents: Intent[] = [];
    for (let n = this.times(daily.friendTransfers, customs); n > 0; n -= 1) {
      const stranger = customs.friends.length === 0 || random.chance(daily.strangerShare);
      const creditor = random.pick(stranger ? this.casting.ordinary : customs.friends);
      const amount = roundedMinor(random.logNormal(daily.friendMedianRupees, 0.9));
      if (creditor === person) continue;
      const atMs = timeOfLife(day, random);
      intents.push(intend('P2P', atMs, [person, creditor], amount, handheld(person)));
    }
    for (let n = this.times(daily.rides, customs); n > 0; n -= 1) {
      const creditor = random.pick(customs.drivers);
      const amount = rupees(Math.max(120, random.logNormal(daily.rideMedianRupees, 0.4)));
      if (creditor === person) continue;
      const lookalike = { patternId: `rides-${creditor.id}`, patternType: 'ride_hailing' };
      const atMs = timeOfLife(day, random);
      intents.push(intend('P2P', atMs, [person, creditor], amount, handheld(person), lookalike));
    }
    return intents;
  }
}

/** Money that comes to families from abroad, and the little that ordinary people send there. */
export class Remittances implements Habit {
  private readonly random: RandomStream;

  constructor(
    seed: number,
    private readonly population: Population,
    private readonly casting: Casting,
  ) {
    this.random = new RandomStream(seed, 'remittances');
  }

  plan(day: SimulatedDay): Intent[] {
    const { daily } = SIMULATION;
    const { random, population } = this;
    const thousands = this.casting.ordinary.length / 1_000;
    const count = (perThousand: number): number => random.poisson(perThousand * thousands);
    const received = Array.from({ length: count(daily.remittancesPerThousandPeople) }, () => {
      const family = random.pick(this.casting.ordinary);
      const amount = roundedMinor(random.logNormal(daily.remittanceMedianRupees, 0.4));
      return intend('BANK_TRANSFER', timeOfLife(day, random), [population.bank, family], amount);
    });
    const sent = Array.from({ length: count(daily.abroadPerThousandPeople) }, () => {
      const student = random.pick(this.casting.ordinary);
      const fillMs = timeBetween(day, random, 9, 15);
      const amount = roundedMinor(random.logNormal(daily.abroadMedianRupees, 0.4));
      const paidMs = fillMs + HOUR_MS;
      const parties = [student, population.abroad] as const;
      return [
        intend('BANK_TRANSFER', fillMs, [population.bank, student], amount),
        intend('CROSS_BORDER', paidMs, parties, amount, handheld(student)),
      ];
    });
    return [...received, ...sent.flat()];
  }
}

function byCity(wallets: readonly SimulatedWallet[]): (readonly SimulatedWallet[] | undefined)[] {
  const cities: SimulatedWallet[][] = [];
  for (const wallet of wallets) (cities[wallet.city] ??= []).push(wallet);
  return cities;
}
