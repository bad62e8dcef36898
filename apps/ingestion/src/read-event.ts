import Ajv, { type ValidateFunction } from 'ajv';
import { EVENT_ROW_SCHEMAS, type EventRow } from '#contracts';
import { FEED_EVENT_TYPES, type FeedEventType, parseEventTime, type WalletRef } from '#domain';
import { type EventParticulars, type EventReport } from './event-report';
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

/** Every group of identifiers that some event may have. All are tokenised: nothing else of a row names anybody. */
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
  const particulars = readGroups(row, tokens);
  if (row.type === 'CALL' && particulars.caller?.msisdn === particulars.callee?.msisdn) {
    throw refusal('/callee/msisdn', 'a number cannot call itself');
  }
  if (row.type === 'DEVICE_CHANGE' && particulars.device === undefined) {
    throw refusal('/device', 'must name the device by its id or its IMEI');
  }
  const wallet: WalletRef | null =
    row.type === 'CALL'
      ? null
      : { provider: row.wallet.provider ?? sender, walletId: row.wallet.walletId };
  const { eventId, type } = row;
  return {
    report: { eventId, type, occurredAtMs, wallet, particulars },
    identities: tokens.identities,
  };
}

function readGroups(row: EventRow, tokens: Tokens): EventParticulars {
  const told = row as unknown as Readonly<Record<string, Readonly<Record<string, string>>>>;
  const particulars: Record<string, Readonly<Record<string, string>>> = {};
  for (const [name, fields] of GROUPS) {
    const group = tokens.group(fields, told[name], `/${name}`);
    if (group !== null) particulars[name] = group as Readonly<Record<string, string>>;
  }
  return particulars;
}
