import { type EvidenceTransfer } from '#contracts';
import { type EventTimeMs, formatEventTime, invariant } from '#domain';
import { type CaseMaterial, type LinkedOperation } from './case-material';
import { narrate } from './case-narrative';
import { inCausalOrder } from './causal-order';
import {
  type CaseMoney,
  type CaseWallet,
  type CurrencyPicture,
  drawCurrency,
} from './currency-picture';
import { groupBy } from './group-by';

/** What a case says: a pure function of its material. */
export interface CasePicture {
  readonly id: string;
  readonly operationIds: readonly string[];
  readonly operations: readonly LinkedOperation[];
  readonly alertIds: readonly string[];
  readonly narrative: string;
  /** Of its riskiest alert, 0-100. */
  readonly risk: number;
  /** Event time of the first alert. */
  readonly openedAt: string;
  /** The latest event time that anything in the case was told of: the data cut-off. */
  readonly asOf: string;
  /** The last moment at which some of the money held is inside its cool-off; null where there is none. */
  readonly coolOffEndsAt: string | null;
  /** By layer, then by what they received. */
  readonly wallets: readonly CaseWallet[];
  /** In causal order. */
  readonly transfers: readonly EvidenceTransfer[];
  /** The currency in which most was traced. */
  readonly money: CaseMoney;
  readonly moneyByCurrency: readonly CaseMoney[];
  /** How it all adds up, by currency. */
  readonly currencies: readonly CurrencyPicture[];
}

/** ISO 4217 for "no currency": a case whose alerts name no transfer has no money either. */
const NO_CURRENCY = 'XXX';

const first = (times: readonly string[]): EventTimeMs =>
  times.reduce((at, time) => Math.min(at, Date.parse(time)), Number.POSITIVE_INFINITY);

const latest = (times: readonly string[]): EventTimeMs =>
  times.reduce((at, time) => Math.max(at, Date.parse(time)), Number.NEGATIVE_INFINITY);

/** Draws a case. The order in which its parts are handed in makes no difference. */
export function drawCase(material: CaseMaterial): CasePicture {
  const { alerts, positions, figures } = material;
  invariant(alerts.length > 0, 'a case has an alert');
  const transfers = inCausalOrder(material.transfers);
  const operations = [...material.operations].sort((a, b) => (a.id < b.id ? -1 : 1));
  const currencies = [...groupBy(transfers, ({ currency }) => currency)]
    .map(([currency, own]) => drawCurrency(currency, own, positions, figures, material.overlay))
    .sort(
      (a, b) => b.money.tracedMinor - a.money.tracedMinor || (a.currency < b.currency ? -1 : 1),
    );
  const main = currencies[0] ?? drawCurrency(NO_CURRENCY, [], [], []);
  const coolOffs = currencies.flatMap(({ coolOffEndsAtMs }) => coolOffEndsAtMs ?? []);
  return {
    id: material.id,
    operationIds: [...material.operationIds].sort(),
    operations,
    alertIds: alerts.map(({ id }) => id).sort(),
    narrative: narrate(main, currencies.slice(1), operations),
    risk: alerts.reduce((most, { risk }) => Math.max(most, risk), 0),
    openedAt: formatEventTime(first(alerts.map(({ firstAt }) => firstAt))),
    asOf: formatEventTime(
      Math.max(
        latest(alerts.map(({ updatedAt }) => updatedAt)),
        latest(positions.map(({ asOf }) => asOf)),
        latest(transfers.map(({ occurredAt }) => occurredAt)),
      ),
    ),
    coolOffEndsAt: coolOffs.length === 0 ? null : formatEventTime(Math.max(...coolOffs)),
    wallets: currencies.flatMap(({ wallets }) => wallets),
    transfers,
    money: main.money,
    moneyByCurrency: currencies.map(({ money }) => money),
    currencies,
  };
}
