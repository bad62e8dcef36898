import { DAY_MS } from '#domain';
import { simulatedDay } from './calendar';
import { type Population, type SimulatedWallet } from './population';
import { RandomStream } from './random-stream';
import { rupees, SIMULATION, type SimulationSize } from './simulation-parameters';

/** The wallets of one call centre. */
export interface OperationCast {
  /** Personal wallets whose numbers victims are told. */
  readonly collectors: readonly SimulatedWallet[];
  /** A shop's account that takes in more than a person's wallet may. */
  readonly front: SimulatedWallet;
  /** One list a layer; money goes from each to the next. */
  readonly layers: readonly (readonly SimulatedWallet[])[];
  readonly staff: readonly SimulatedWallet[];
  readonly agents: readonly SimulatedWallet[];
  /** Those who come back: an investment scheme's victims. */
  readonly investors: readonly SimulatedWallet[];
}

/** Who plays which part. Nobody who works for an operation drives a cab or keeps a shop beside it. */
export interface Casting {
  readonly drivers: readonly SimulatedWallet[];
  readonly cornerShops: readonly SimulatedWallet[];
  readonly kametiMembers: readonly SimulatedWallet[];
  readonly operations: readonly OperationCast[];
  /** Ordinary wallets that a call centre may ring up; each is taken at most once. */
  readonly marks: readonly SimulatedWallet[];
  /** Everybody who lives an ordinary life, mules and victims among them. */
  readonly ordinary: readonly SimulatedWallet[];
}

const MULES_PER_LAYER = 7;
/** A mule's wallet that was opened for the purpose is this old at most when the feed begins. */
const FRESH_DAYS_MAX = 12;
const AGENTS_PER_OPERATION = 3;

export function castRoles(
  population: Population,
  operationCount: number,
  size: SimulationSize,
): Casting {
  const random = new RandomStream(size.seed, 'casting');
  const { people: share, operation } = SIMULATION;
  const pool = random.sample(population.people, population.people.length);
  const take = (count: number): SimulatedWallet[] => pool.splice(0, count);
  const takeLevelTwo = (count: number): SimulatedWallet[] =>
    take(count).map((wallet) => Object.assign(wallet, { tier: 'L2' as const }));
  const some = (of: number): number => Math.max(2, Math.round(population.people.length * of));

  const operations = Array.from({ length: operationCount }, (): OperationCast => {
    const layerCount = random.whole(Math.max(3, operation.layers.low), operation.layers.high);
    const cast = {
      collectors: takeLevelTwo(random.whole(operation.collectors.low, operation.collectors.high)),
      front: openFront(take(1)[0]!),
      layers: Array.from({ length: layerCount }, () => takeLevelTwo(MULES_PER_LAYER)),
      staff: takeLevelTwo(operation.staff.high),
      agents: random.sample(population.agents, AGENTS_PER_OPERATION),
      investors: takeLevelTwo(random.whole(operation.investors.low, operation.investors.high)),
    };
    equipMules([...cast.collectors, ...cast.layers.flat()], random);
    return cast;
  });
  const casting = {
    operations,
    drivers: takeLevelTwo(some(share.driverShare)),
    cornerShops: takeLevelTwo(some(share.cornerShopShare)),
    kametiMembers: take(some(share.kametiMemberShare)),
    marks: pool,
  };
  const fronts = new Set(operations.map((cast) => cast.front));
  return { ...casting, ordinary: population.people.filter((wallet) => !fronts.has(wallet)) };
}

/** A front is a person's business account, not a declared merchant: nobody has licensed it. */
function openFront(wallet: SimulatedWallet): SimulatedWallet {
  return Object.assign(wallet, { kind: 'BUSINESS' as const, tier: 'BUSINESS' as const });
}

/** Some mules' wallets are new, and some are run from phones on the operation's own desk. */
function equipMules(mules: readonly SimulatedWallet[], random: RandomStream): void {
  const { sharedDeviceShare, freshMuleShare } = SIMULATION.operation;
  const phones = mules.map((mule) => mule.deviceId).filter((device) => device !== null);
  const farm = phones.slice(0, 2);
  for (const mule of mules) {
    if (farm.length > 0 && random.chance(sharedDeviceShare)) mule.deviceId = random.pick(farm);
    if (random.chance(freshMuleShare)) {
      mule.openedAtMs = simulatedDay(0).startMs - random.whole(1, FRESH_DAYS_MAX) * DAY_MS;
      mule.openingMinor = rupees(random.whole(50, 500));
    }
  }
}
