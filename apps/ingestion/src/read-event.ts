import Ajv, { type ValidateFunction } from 'ajv';
import { EVENT_ROW_SCHEMAS, type EventRow } from '#contracts';
import {
  FEED_EVENT_TYPES,
  type FeedEventType,
  formatEventTime,
  parseEventTime,
  type WalletRef,
} from '#domain';
import { type EventReport } from './event-report';
import { type GoodRow } from './row-kind';
import { type Reading, reading, shapeRefusal } from './row-reading';
import { refusal, refuseAs } from './row-refusal';
import { type IdentifierFields, type MakeSafe, Tokens } from './tokens';

/** An event as it is stored, and those identities it names by token that have to be stored with it. */
export interface CheckedEvent extends GoodRow {
  readonly report: EventReport;
}

/** Compiled once. It stops at a row's first problem, as with transfers. */
const ajv = new Ajv({ allErrors: false });
const hasType = ajv.compile<{ type: FeedEventType }>({
  type: 'object',
  required: ['type'],
  properties: { type: { type: 'string', enum: FEED_EVENT_TYPES } },
});
const hasShape = Object.fromEntries(
  FEED_EVENT_TYPES.map((type) => [type, ajv.compile(EVENT_ROW_SCHEMAS[type])]),
) as Readonly<Record<FeedEventType, ValidateFunction<EventRow>>>;

const NUMBER: IdentifierFields<string> = [['msisdn', 'msisdn']];
const SIM: IdentifierFields<string> = [
  ['iccid', 'iccid'],
  ['imsi', 'imsi'],
];
const HANDSET: IdentifierFields<string> = [
  ['id', 'device'],
  ['imei', 'imei'],
];

/** Every group of identifiers that some event may have. All are tokenised. */
const GROUPS = Object.entries({
  caller: NUMBER,
  callee: NUMBER,
  sim: SIM,
  previousSim: SIM,
  device: HANDSET,
  previousDevice: HANDSET,
});

/**
 * Reads one row of events, whatever it is. The first rule it breaks refuses it.
 *
 * @param sender the provider that sends it: where a wallet names no provider, it is kept there
 */
export function readEvent(
  value: unknown,
  sender: string,
  makeSafe: MakeSafe,
): Reading<CheckedEvent> {
  return reading(() => {
    if (!hasType(value)) throw shapeRefusal(hasType.errors?.[0], 'an event');
    const hasItsShape = hasShape[value.type];
    const row: unknown = value;
    if (!hasItsShape(row)) throw shapeRefusal(hasItsShape.errors?.[0], `a ${value.type}`);
    return readChecked(row, sender, makeSafe);
  });
}

/** What a schema cannot say. */
function readChecked(row: EventRow, sender: string, makeSafe: MakeSafe): CheckedEvent {
  const occurredAtMs = refuseAs('/occurredAt', () => parseEventTime(row.occurredAt));
  const tokens = new Tokens(makeSafe);
  const groups = readGroups(row, tokens);
  if (row.type === 'CALL' && groups.caller?.msisdn === groups.callee?.msisdn) {
    throw refusal('/callee/msisdn', 'a number cannot call itself');
  }
  if (row.type === 'DEVICE_CHANGE' && groups.device === undefined) {
    throw refusal('/device', 'must name the device by its id or its IMEI');
  }
  const fields = readFields(row, sender, tokens);
  if (row.type === 'LOGIN' && groups.device === undefined && Object.keys(fields).length === 0) {
    throw refusal('/device', 'a login must name its device, its ip or its cell');
  }
  const { eventId, type } = row;
  return {
    report: {
      ...{ eventId, type, occurredAtMs, wallet: walletOf(row, sender) },
      particulars: { ...groups, ...fields },
    },
    identities: tokens.identities,
  };
}

/** Types of which nobody knows but the provider that keeps the wallet. */
const OF_ITS_KEEPER: ReadonlySet<FeedEventType> = new Set<FeedEventType>([
  ...(['TIER_CHANGE', 'LOGIN', 'AGENT_REGISTERED'] as const),
]);

function walletOf(row: EventRow, sender: string): WalletRef | null {
  if (row.type === 'CALL' || row.type === 'COMPLAINT') return null;
  const { provider = null, walletId } = row.wallet;
  if (provider !== null && provider !== sender && OF_ITS_KEEPER.has(row.type)) {
    throw refusal('/wallet/provider', 'only the provider that keeps the wallet tells this of it');
  }
  return { provider: provider ?? sender, walletId };
}

/** What an event tells outside its groups; of an address its token. */
function readFields(
  row: EventRow,
  sender: string,
  tokens: Tokens,
): Readonly<Record<string, string>> {
  const fields: Record<string, string> = {};
  switch (row.type) {
    case 'TIER_CHANGE':
      fields.tier = row.tier;
      if (row.previousTier != null) fields.previousTier = row.previousTier;
      break;
    case 'LOGIN':
      if (row.ip != null) fields.ip = tokens.of('ip', row.ip, '/ip');
      if (row.cell != null) fields.cell = row.cell;
      break;
    case 'AGENT_REGISTERED': {
      const { licence, openedAt } = row;
      if (licence != null) fields.licence = licence;
      if (openedAt != null) {
        // In one spelling, so that the same instant sent with another offset is the same content.
        fields.openedAt = formatEventTime(refuseAs('/openedAt', () => parseEventTime(openedAt)));
      }
      break;
    }
    case 'COMPLAINT':
      fields.transferId = row.transferId;
      fields.provider = row.provider ?? sender;
      fields.reason = row.reason;
      break;
    case 'CALL':
    case 'SIM_CHANGE':
    case 'DEVICE_CHANGE':
      break;
    default:
      row satisfies never;
  }
  return fields;
}

function readGroups(
  row: EventRow,
  tokens: Tokens,
): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const told = row as unknown as Readonly<Record<string, Readonly<Record<string, string>>>>;
  const particulars: Record<string, Readonly<Record<string, string>>> = {};
  for (const [name, fields] of GROUPS) {
    const group = tokens.group(fields, told[name], `/${name}`);
    if (group !== null) particulars[name] = group as Readonly<Record<string, string>>;
  }
  return particulars;
}
