import { type TransferEntry } from '#contracts';
import { type Indicator, type Transfer } from '#domain';
import {
  type FlowEngine,
  FlowEngine as Engine,
  type FlowLimits,
  type FlowStep,
  viewOfStep,
} from '#flow';
import { circumstancesOf } from '../src/circumstances';
import { Population } from '../src/population';
import { DEFAULT_PACK } from '../src/rule-pack';
import { lookedAt } from '../src/look';
import { type Evidence } from '../src/evidence';
import { type Sighting } from '../src/signal';
import { TYPOLOGIES } from '../src/typologies';

/** What is fed, in order. A reversal names the place of what it reverses. */
export type Feed =
  | { readonly kind: 'move'; readonly entry: TransferEntry }
  | { readonly kind: 'reverse'; readonly entry: TransferEntry; readonly original: number }
  | { readonly kind: 'indicator'; readonly indicator: Indicator };

/** Everything that was seen, by name: comparable between engines whose accounts have other numbers. */
export type Seen = readonly unknown[];

/** Looks at one side of a step as the detector does, and says it by name. */
export function lookAt(
  engine: FlowEngine,
  step: FlowStep,
  anchor: number,
  population: Population,
): unknown[] {
  if (engine.accounts.isHub(anchor)) return [];
  const { nowMs } = step;
  const sighting: Sighting = { ...lookedAt(engine, step, anchor), population, nowMs };
  const named = ({ payer, payee, ...evidence }: Evidence): unknown => ({
    ...evidence,
    payer: engine.accounts.walletKey(payer),
    payee: engine.accounts.walletKey(payee),
  });
  const signals = TYPOLOGIES.map((typology) =>
    typology.see(sighting, DEFAULT_PACK.typologies[typology.name]),
  ).filter((s) => s !== null);
  return [
    ...signals.map((signal) => ({
      ...signal,
      anchor: engine.accounts.walletKey(signal.anchor),
      evidence: signal.evidence.map(named),
    })),
    ...circumstancesOf(sighting, DEFAULT_PACK.circumstances),
    { sharing: step.walletsSharingIdentifier, payeesShared: step.payeesShared },
  ];
}

/** One engine, all accounts in it. */
export function runAlone(feed: readonly Feed[], limits: FlowLimits): Seen {
  const engine = new Engine(limits);
  const population = new Population();
  return feed.map((item): unknown => {
    switch (item.kind) {
      case 'indicator':
        engine.addIndicator(item.indicator);
        return null;
      case 'reverse': {
        const { debtor, creditor, currency, occurredAtMs, amountMinor } = item.entry.transfer;
        engine.hear(occurredAtMs);
        const payee = engine.account(debtor, null, currency, occurredAtMs);
        const payer = engine.account(creditor, null, currency, occurredAtMs);
        const { position } = item.entry;
        return engine.reverse(payee, payer, item.original, position, amountMinor, occurredAtMs);
      }
      case 'move': {
        const { position, transfer, debtorTokens, creditorTokens } = item.entry;
        const step = engine.move(position, transfer, debtorTokens, creditorTokens);
        const seen = [
          viewOfStep(engine, step),
          ...lookAt(engine, step, step.payer, population),
          ...lookAt(engine, step, step.payee, population),
        ];
        population.learn(engine, step, step.nowMs, lookedAt(engine, step, step.payee));
        return seen;
      }
      default:
        return item satisfies never;
    }
  });
}

export const isPersonal = ({ type }: Transfer): boolean =>
  type === 'P2P' || type === 'BANK_TRANSFER';
