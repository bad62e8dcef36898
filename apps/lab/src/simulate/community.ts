import { MINUTE_MS } from '#domain';
import { type SimulatedDay, timeBetween, timeOfLife } from './calendar';
import { type Casting } from './casting';
import { roundedMinor } from './daily-spending';
import { type Habit } from './habit';
import { handheld, intend, type Intent } from './intent';
import { type Ledger } from './ledger';
import { type Population, type SimulatedWallet } from './population';
import { RandomStream } from './random-stream';
import { rupees, SIMULATION } from './simulation-parameters';

/** A household's earner gives the others money, a few times a week, always the same people. */
export class Families implements Habit {
  private readonly random: RandomStream;
  private readonly homes: readonly (readonly SimulatedWallet[])[];

  constructor(seed: number, population: Population, casting: Casting) {
    this.random = new RandomStream(seed, 'families');
    const ordinary = new Set(casting.ordinary);
    this.homes = population.households
      .map((household) => household.filter((person) => ordinary.has(person)))
      .filter((household) => household.length > 1);
  }

  plan(day: SimulatedDay): Intent[] {
    const { allowancesDaily, allowanceMedianRupees } = SIMULATION.family;
    const { random } = this;
    const intents: Intent[] = [];
    for (const [earner, ...others] of this.homes) {
      const family = { patternId: `family-${earner!.id}`, patternType: 'family' };
      for (const other of others) {
        if (!random.chance(allowancesDaily)) continue;
        const atMs = timeOfLife(day, random);
        const amount = roundedMinor(random.logNormal(allowanceMedianRupees, 0.6));
        intents.push(intend('P2P', atMs, [earner!, other], amount, handheld(earner!), family));
      }
    }
    return intents;
  }
}

interface Kameti {
  readonly id: string;
  readonly organiser: SimulatedWallet;
  readonly members: readonly SimulatedWallet[];
  readonly contributionMinor: number;
  readonly firstDay: number;
}

/** A committee pool: a fan-in on one day, then one payment of the whole pot; perfectly innocent. */
export class KametiPools implements Habit {
  private readonly random: RandomStream;
  private readonly pools: readonly Kameti[];

  constructor(seed: number, casting: Casting) {
    this.random = new RandomStream(seed, 'kameti');
    const { random } = this;
    const { members, contributionsRupees, potRupeesMax, everyDays } = SIMULATION.kameti;
    const people = [...casting.kametiMembers];
    const pools: Kameti[] = [];
    while (people.length > members.high) {
      const circle = people.splice(0, random.whole(members.low, members.high));
      const affordable = contributionsRupees.filter((sum) => sum * circle.length <= potRupeesMax);
      const organiser = circle[0]!;
      // The pot passes through the organiser, and to one member, in one day.
      for (const person of circle) person.tier = 'L2';
      pools.push({
        id: `kameti-${pools.length + 1}`,
        organiser,
        members: circle.slice(1),
        contributionMinor: rupees(random.pick(affordable)),
        firstDay: random.whole(0, everyDays - 1),
      });
    }
    this.pools = pools;
  }

  plan(day: SimulatedDay): Intent[] {
    const { everyDays } = SIMULATION.kameti;
    return this.pools
      .filter((pool) => day.index % everyDays === pool.firstDay)
      .flatMap((pool) => this.collectAndPay(pool, day));
  }

  private collectAndPay(pool: Kameti, day: SimulatedDay): Intent[] {
    const { random } = this;
    const round = Math.floor(day.index / SIMULATION.kameti.everyDays);
    const lookalike = { patternId: `${pool.id}-${round}`, patternType: 'kameti' };
    const { organiser, members, contributionMinor } = pool;
    const paidIn = members.map((member) => {
      const atMs = timeBetween(day, random, 9, 20);
      const parties = [member, organiser] as const;
      return intend('P2P', atMs, parties, contributionMinor, handheld(member), lookalike);
    });
    const winner = members[round % members.length]!;
    const paidOutMs = timeBetween(day, random, 20.3, 22);
    const pot = contributionMinor * members.length;
    return [
      ...paidIn,
      intend('P2P', paidOutMs, [organiser, winner], pot, handheld(organiser), lookalike),
    ];
  }
}

/** Small trade: neighbours pay the corner shop, which pays its supplier every night; drivers take their fares out. */
export class SmallTrade implements Habit {
  private readonly random: RandomStream;
  private readonly shops: readonly {
    readonly keeper: SimulatedWallet;
    readonly customers: readonly SimulatedWallet[];
    readonly supplier: SimulatedWallet;
  }[];

  constructor(
    seed: number,
    private readonly population: Population,
    private readonly casting: Casting,
  ) {
    this.random = new RandomStream(seed, 'small trade');
    this.shops = casting.cornerShops.map((keeper) => ({
      keeper,
      customers: this.random
        .sample(casting.ordinary, SIMULATION.cornerShop.customers)
        .filter((customer) => customer !== keeper),
      supplier: this.random.pick(population.suppliers),
    }));
  }

  plan(day: SimulatedDay): Intent[] {
    return [...this.cornerShops(day), ...this.fronts(day), ...this.drivers(day)];
  }

  private cornerShops(day: SimulatedDay): Intent[] {
    const { random } = this;
    const { salesDaily, saleMedianRupees, sweepShare } = SIMULATION.cornerShop;
    return this.shops.flatMap(({ keeper, customers, supplier }) => {
      const lookalike = { patternId: `sweep-${keeper.id}-${day.index}`, patternType: 'sweep' };
      const sales = Array.from({ length: random.poisson(salesDaily) }, () => {
        const buyer = random.pick(customers);
        const atMs = timeOfLife(day, random);
        const amount = roundedMinor(Math.max(50, random.logNormal(saleMedianRupees, 0.7)));
        return intend('P2P', atMs, [buyer, keeper], amount, handheld(buyer), lookalike);
      });
      const sweptMs = timeBetween(day, random, 21.5, 23);
      const swept = { shareOfBalance: random.between(sweepShare.low, sweepShare.high) };
      return [
        ...sales,
        intend('P2P', sweptMs, [keeper, supplier], swept, handheld(keeper), lookalike),
      ];
    });
  }

  /** The sales that a front can show when it is asked what it lives of. They are real purchases by strangers. */
  private fronts(day: SimulatedDay): Intent[] {
    const { random } = this;
    const { coverSalesDaily, coverSaleMedianRupees } = SIMULATION.operation;
    return this.casting.operations.flatMap(({ front }) =>
      Array.from({ length: random.poisson(coverSalesDaily) }, () => {
        const buyer = random.pick(this.casting.ordinary);
        const amount = roundedMinor(random.logNormal(coverSaleMedianRupees, 0.7));
        const atMs = timeOfLife(day, random);
        return intend('P2P', atMs, [buyer, front], amount, handheld(buyer));
      }),
    );
  }

  private drivers(day: SimulatedDay): Intent[] {
    const { random, population } = this;
    return this.casting.drivers
      .filter((_, n) => (n + day.index) % 2 === 0)
      .map((driver) => {
        const nearby = population.agents.filter((agent) => agent.city === driver.city);
        const agent = random.pick(nearby.length > 0 ? nearby : population.agents);
        const atMs = timeBetween(day, random, 21, 22.9);
        const fares = { shareOfBalance: SIMULATION.driver.cashOutShare };
        const rides = { patternId: `rides-${driver.id}`, patternType: 'ride_hailing' };
        return intend('CASH_OUT', atMs, [driver, agent], fares, 'AGENT', rides);
      });
  }
}

/** Shops settle to their banks; agents bring their floats back to where they began. */
export class Settlements implements Habit {
  private readonly random: RandomStream;

  constructor(
    seed: number,
    private readonly population: Population,
  ) {
    this.random = new RandomStream(seed, 'settlements');
  }

  plan(day: SimulatedDay, ledger: Ledger): Intent[] {
    const { random, population } = this;
    const { settleShare, settleProbability } = SIMULATION.merchant;
    const settled = population.merchants
      .filter(() => random.chance(settleProbability))
      .map((merchant) => {
        const atMs = timeBetween(day, random, 22, 23.8);
        const takings = { shareOfBalance: settleShare };
        return intend('BANK_TRANSFER', atMs, [merchant, population.bank], takings);
      });
    const floats = population.agents.flatMap((agent): Intent[] => {
      const surplus = ledger.balanceMinor(agent) - agent.openingMinor;
      if (Math.abs(surplus) < agent.openingMinor * 0.3) return [];
      const atMs = day.startMs + Math.round(random.between(420, 480) * MINUTE_MS);
      const amount = Math.round(Math.abs(surplus) / 100_000) * 100_000;
      const { bank } = population;
      const parties = surplus > 0 ? ([agent, bank] as const) : ([bank, agent] as const);
      return [intend('BANK_TRANSFER', atMs, parties, amount)];
    });
    return [...settled, ...floats];
  }
}
