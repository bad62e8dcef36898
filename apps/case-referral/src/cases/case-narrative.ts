import { DAY_MS, describeAmount, HOUR_MS, MINUTE_MS } from '#domain';
import { type LinkedOperation } from './case-material';
import { type CurrencyPicture } from './currency-picture';
import { EXIT_PHRASES } from './exit-way';
import { type WalletRole } from './wallet-role';

/** Operations that the sentence names; the rest are counted. */
const OPERATIONS_NAMED_MAX = 3;

const counted = (count: number, noun: string): string =>
  `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;

/** "3 h 10 min": the two largest units, what is below a minute as less than one. */
export function describeDuration(durationMs: number): string {
  const days = Math.floor(durationMs / DAY_MS);
  const hours = Math.floor((durationMs % DAY_MS) / HOUR_MS);
  const minutes = Math.floor((durationMs % HOUR_MS) / MINUTE_MS);
  if (days > 0) return hours > 0 ? `${days} d ${hours} h` : `${days} d`;
  if (hours > 0) return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`;
  return minutes > 0 ? `${minutes} min` : 'less than a minute';
}

const withRole = (picture: CurrencyPicture, ...roles: WalletRole[]): number =>
  picture.wallets.filter(({ role }) => roles.includes(role)).length;

/** Where the money came from and what was done with it. */
function origin(picture: CurrencyPicture): string {
  const { money, gathering, currency } = picture;
  const traced = describeAmount(money.tracedMinor, currency);
  const from = `${traced} from ${counted(picture.sources, 'wallet')}`;
  const passing = withRole(picture, 'MULE', 'HOLDER');
  const passedOn = `passed on through ${counted(passing, 'wallet')}`;
  if (gathering.collectors === 0) {
    const within = `within ${describeDuration(picture.lastedMs)}`;
    return passing === 0 ? `${from} was paid out ${within}` : `${from} was ${passedOn} ${within}`;
  }
  const by = `gathered by ${counted(gathering.collectors, 'collector')} within ${describeDuration(gathering.lastedMs)}`;
  // Only where every source paid to a collector is all of it said to be gathered.
  const gathered =
    gathering.gatheredMinor === money.tracedMinor
      ? `${from} was ${by}`
      : `${from} was traced, ${describeAmount(gathering.gatheredMinor, currency)} of it ${by}`;
  return passing === 0 ? gathered : `${gathered} and ${passedOn}`;
}

/** Where the money is now. */
function whereabouts(picture: CurrencyPicture): string {
  const { money, exits, wallets, currency, unspentMinor } = picture;
  const gone = exits.map(
    ({ way, amountMinor }, index) =>
      `${describeAmount(amountMinor, currency)}${index === 0 ? ' has left' : ''} ${EXIT_PHRASES[way]}`,
  );
  const holding = wallets.filter(({ heldMinor }) => heldMinor > 0).length;
  const held =
    holding === 0
      ? 'none of it is known to be held still'
      : `${describeAmount(money.heldMinor, currency)} is still held in ${counted(holding, 'wallet')}`;
  // Spent, or passed on by transfers that no alert relies on: the reader must not have to work it out.
  const elsewhereMinor = unspentMinor - money.heldMinor;
  const elsewhere =
    elsewhereMinor > 0
      ? [`${describeAmount(elsewhereMinor, currency)} went on outside these transfers`]
      : [];
  return [...gone, held, ...elsewhere].join(', ');
}

function linkage(operations: readonly LinkedOperation[]): string {
  if (operations.length === 0) return 'not linked to a known operation';
  const named = operations
    .slice(0, OPERATIONS_NAMED_MAX)
    .map(({ name, wallets }) => `‘${name}’${wallets.length > 0 ? ' by wallet indicator' : ''}`);
  const rest = operations.length - named.length;
  if (rest > 0) named.push(`${rest} more`);
  return `linked to ${operations.length === 1 ? 'operation' : 'operations'} ${named.join(', ')}`;
}

/**
 * A case in one sentence, as an investigator would say it. It is made of facts alone: amounts, times, counts of wallets and
 * what their owners' providers declared. It names an operation as its investigators named it, and never a person.
 *
 * @param main the currency in which most was traced
 */
export function narrate(
  main: CurrencyPicture,
  others: readonly CurrencyPicture[],
  operations: readonly LinkedOperation[],
): string {
  const more = others.map(
    ({ money, currency }) =>
      `also ${describeAmount(money.tracedMinor, currency)} traced, ${describeAmount(money.heldMinor, currency)} held`,
  );
  const money =
    main.transfers === 0 ? ['no transfers are known'] : [origin(main), whereabouts(main)];
  return `${[...money, ...more, linkage(operations)].join('; ')}.`;
}
