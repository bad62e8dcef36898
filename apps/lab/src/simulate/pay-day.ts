import { HOUR_MS, MINUTE_MS, SECOND_MS } from '#domain';
import { type SimulatedDay, timeBetween, timeOfLife } from './calendar';
import { type Casting } from './casting';
import { roundedMinor } from './daily-spending';
import { type Habit } from './habit';
import { handheld, intend, type Intent } from './intent';
import { type Population, type SimulatedWallet } from './population';
import { RandomStream } from './random-stream';
import { rupees, SIMULATION } from './simulation-parameters';

interface Employment {
  readonly employer: SimulatedWallet;
  readonly dayOfMonth: number;
  readonly staff: readonly { readonly person: SimulatedWallet; readonly salaryMinor: number }[];
}

/** Employers pay everybody within minutes; many of the paid send a good part home within hours. */
export class Salaries implements Habit {
  private readonly random: RandomStream;
  private readonly employments: readonly Employment[];
  private readonly homeOf = new Map<SimulatedWallet, SimulatedWallet>();

  constructor(
    seed: number,
    private readonly population: Population,
    casting: Casting,
  ) {
    this.random = new RandomStream(seed, 'salaries');
    const { random } = this;
    const ordinary = new Set(casting.ordinary);
    for (const [earner, other] of population.households) {
      if (earner && other && ordinary.has(other)) this.homeOf.set(earner, other);
    }
    const count = Math.round(casting.ordinary.length * SIMULATION.people.salariedShare);
    // Earners of households come first: they are who lives of a salary.
    const earners = population.households.map((household) => household[0]!);
    const others = random.sample(casting.ordinary, casting.ordinary.length);
    const salaried = [...new Set([...earners, ...others])]
      .filter((person) => ordinary.has(person))
      .slice(0, count);
    this.employments = population.employers.map((employer, n) => ({
      employer,
      dayOfMonth: random.pick(SIMULATION.salary.daysOfMonth),
      staff: salaried
        .filter((_, index) => index % population.employers.length === n)
        .map((person) => ({ person, salaryMinor: this.salaryOf(person) })),
    }));
  }

  private salaryOf(person: SimulatedWallet): number {
    const { medianRupees, sigma, low, high } = SIMULATION.salary;
    const drawn = Math.min(high, Math.max(low, this.random.logNormal(medianRupees, sigma)));
    // A level 1 wallet could not take in more than its day.
    if (drawn > SIMULATION.dailyLimitRupees.L1 * 0.9) person.tier = 'L2';
    return roundedMinor(drawn);
  }

  plan(day: SimulatedDay): Intent[] {
    return this.employments
      .filter((employment) => employment.dayOfMonth === day.dayOfMonth)
      .flatMap((employment) => this.payAll(employment, day));
  }

  private payAll({ employer, staff }: Employment, day: SimulatedDay): Intent[] {
    const { random } = this;
    const fundedMs = timeBetween(day, random, 8.5, 10);
    const paidMs = timeBetween(day, random, 10.5, 15);
    const total = staff.reduce((sum, { salaryMinor }) => sum + salaryMinor, 0);
    const patternId = `salary-${employer.id}-${day.index}`;
    const lookalike = { patternId, patternType: 'salary' };
    const { bank } = this.population;
    const intents = [intend('BANK_TRANSFER', fundedMs, [bank, employer], total)];
    staff.forEach(({ person, salaryMinor }, n) => {
      const atMs = paidMs + n * 7 * SECOND_MS + random.whole(0, 3_000);
      const parties = [employer, person] as const;
      intents.push(intend('SALARY', atMs, parties, salaryMinor, 'BULK', lookalike));
      intents.push(...this.sendHome(person, salaryMinor, atMs, patternId));
    });
    return intents;
  }

  private sendHome(
    person: SimulatedWallet,
    salaryMinor: number,
    paidMs: number,
    patternId: string,
  ): Intent[] {
    const { salaryHomeShare, salaryHomeProbability } = SIMULATION.family;
    const home = this.homeOf.get(person);
    if (!home || !this.random.chance(salaryHomeProbability)) return [];
    const share = this.random.between(salaryHomeShare.low, salaryHomeShare.high);
    const atMs = paidMs + Math.round(this.random.between(10 * MINUTE_MS, 8 * HOUR_MS));
    const amount = roundedMinor((salaryMinor / 100) * share);
    const lookalike = { patternId: `home-${patternId}-${person.id}`, patternType: 'family' };
    return [intend('P2P', atMs, [person, home], amount, handheld(person), lookalike)];
  }
}

/** A benefit programme pays thousands the same sum; most take it out in cash at once, which is allowed. */
export class Benefits implements Habit {
  private readonly random: RandomStream;
  private readonly rounds: readonly (readonly SimulatedWallet[])[];

  constructor(
    seed: number,
    private readonly population: Population,
    casting: Casting,
  ) {
    this.random = new RandomStream(seed, 'benefits');
    const count = Math.round(casting.ordinary.length * SIMULATION.people.benefitShare);
    const recipients = this.random.sample(casting.ordinary, count);
    // Each recipient is paid once a quarter; a round pays every second one.
    this.rounds = [0, 1].map((round) => recipients.filter((_, n) => n % 2 === round));
  }

  plan(day: SimulatedDay): Intent[] {
    const { rupees: amountRupees, everyDays, cashedOutShare } = SIMULATION.benefit;
    const recipients = this.rounds[Math.floor(day.index / everyDays)];
    if (day.index % everyDays !== 1 || !recipients) return [];
    const { random, population } = this;
    const amount = rupees(amountRupees);
    const paidMs = timeBetween(day, random, 8, 9);
    const lookalike = { patternId: `benefit-${day.index}`, patternType: 'benefit' };
    const { bank, benefitPayer } = population;
    const total = amount * recipients.length;
    const intents = [intend('BANK_TRANSFER', paidMs - HOUR_MS, [bank, benefitPayer], total)];
    recipients.forEach((person, n) => {
      const atMs = paidMs + n * 4 * SECOND_MS + random.whole(0, 2_000);
      intents.push(intend('BENEFIT', atMs, [benefitPayer, person], amount, 'BULK', lookalike));
      if (!random.chance(cashedOutShare)) return;
      const nearby = population.agents.filter((agent) => agent.city === person.city);
      const agent = random.pick(nearby.length > 0 ? nearby : population.agents);
      const outMs = atMs + Math.round(random.between(HOUR_MS, 11 * HOUR_MS));
      const taken = amount - rupees(random.pick([0, 0, 500, 1_000]));
      intents.push(intend('CASH_OUT', outMs, [person, agent], taken, 'AGENT', lookalike));
    });
    return intents;
  }
}

/** Parents pay the month's fees in its first days. */
export class SchoolFees implements Habit {
  private readonly random: RandomStream;
  private readonly parents: readonly {
    readonly person: SimulatedWallet;
    readonly school: SimulatedWallet;
    readonly amount: number;
    readonly dayOfMonth: number;
  }[];

  constructor(seed: number, population: Population, casting: Casting) {
    this.random = new RandomStream(seed, 'school fees');
    const { feeRupees, daysOfMonth } = SIMULATION.school;
    const count = Math.round(casting.ordinary.length * SIMULATION.people.schoolParentShare);
    this.parents = this.random.sample(casting.ordinary, count).map((person) => ({
      person,
      school: this.random.pick(population.schools),
      amount: roundedMinor(this.random.between(feeRupees.low, feeRupees.high)),
      dayOfMonth: this.random.whole(daysOfMonth.first, daysOfMonth.last),
    }));
  }

  plan(day: SimulatedDay): Intent[] {
    return this.parents
      .filter((parent) => parent.dayOfMonth === day.dayOfMonth)
      .map(({ person, school, amount }) => {
        const atMs = timeOfLife(day, this.random);
        const fees = { patternId: `fees-${school.id}`, patternType: 'school_fees' };
        return intend('BILL_PAYMENT', atMs, [person, school], amount, handheld(person), fees);
      });
  }
}
