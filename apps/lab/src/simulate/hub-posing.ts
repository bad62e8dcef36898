import { DAY_MS, type PartyKind } from '#domain';
import { simulatedDay } from './calendar';
import { type OperationCast } from './casting';
import { type SimulatedWallet } from './population';
import { type RandomStream } from './random-stream';
import { VARIANTS } from './variants';

const { parameters: PARAMETERS } = VARIANTS['hub-posing'];

/**
 * Has a layer's mules and the front declared as hubs by their provider: somebody there is careless, or paid. Their limits
 * stay those of the wallets they are, and so does the life they lead beside it.
 */
export function poseAsHubs(cast: OperationCast, random: RandomStream): void {
  const { posingLayer, posingKinds, frontKind, openedDaysBefore } = PARAMETERS;
  const pose = (wallet: SimulatedWallet, kind: PartyKind): void => {
    const ageDays = random.whole(openedDaysBefore.low, openedDaysBefore.high);
    wallet.kind = kind;
    wallet.openedAtMs = simulatedDay(0).startMs - ageDays * DAY_MS;
  };
  cast.layers[posingLayer]!.forEach((mule, n) => {
    pose(mule, posingKinds[n % posingKinds.length]!);
  });
  pose(cast.front, frontKind);
}
