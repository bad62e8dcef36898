import { formatEventTime, walletOfKey } from '#domain';
import { type FeedLog, LAB_PROVIDER } from '../evaluate/feed-log';
import { type NamedIndicator } from '../evaluate/seeding';

/** Fields of an explanation that hold a wallet's key. */
const WALLET_FIELDS: ReadonlySet<string> = new Set(['payer', 'payee', 'wallet']);
/** Fields that hold positions in the log. */
const POSITION_FIELDS: ReadonlySet<string> = new Set(['position', 'transfer', 'positions']);
const INSTANT_FIELD = /(^a|A)tMs$/;

type Plain =
  string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

/** How the data set calls what the engine knows by a number, a key or another name. */
export class OutsideNames {
  private readonly operations: ReadonlyMap<string, string>;

  /** @param ids the data set's id of each row */
  constructor(
    private readonly log: FeedLog,
    private readonly ids: readonly string[],
    named: readonly NamedIndicator[],
  ) {
    this.operations = new Map(
      named.map(({ indicator, line }) => [indicator.operationId, line.operationId]),
    );
  }

  transfer(position: number): string {
    return this.ids[this.log.rowOf(position)]!;
  }

  /** The wallet's id; with its provider where the data set names one. */
  wallet(key: string): string {
    const { provider, walletId } = walletOfKey(key);
    return provider === LAB_PROVIDER ? walletId : `${provider}/${walletId}`;
  }

  operation(operationId: string): string {
    return this.operations.get(operationId) ?? operationId;
  }

  /** The same data in the data set's words: ids for positions, wallets and operations, RFC 3339 for instants. */
  outside(value: unknown, field = ''): Plain {
    if (Array.isArray(value)) return value.map((item) => this.outside(item, field));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [outsideKey(key), this.outside(inner, key)]),
      );
    }
    if (typeof value === 'number' && INSTANT_FIELD.test(field)) return formatEventTime(value);
    if (typeof value === 'number' && POSITION_FIELDS.has(field)) return this.transfer(value);
    if (typeof value === 'string' && WALLET_FIELDS.has(field)) return this.wallet(value);
    if (typeof value === 'string' && field === 'operationId') return this.operation(value);
    return value as Plain;
  }
}

function outsideKey(key: string): string {
  if (INSTANT_FIELD.test(key)) return key.slice(0, -'Ms'.length);
  if (key === 'position') return 'transferId';
  return key === 'positions' ? 'transferIds' : key;
}
