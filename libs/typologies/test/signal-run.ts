import { type TransferEntry } from '#contracts';
import { type FeedEvent, HOUR_MS, type Indicator, type Transfer } from '#domain';
import {
  type FlowEngine,
  FlowEngine as Engine,
  type FlowLimits,
  type FlowStep,
  viewOfStep,
  SHARED_MARK_KINDS,
} from '#flow';
import { circumstancesOf } from '../src/circumstances';
import { Population } from '../src/population';
import { DEFAULT_PACK } from '../src/rule-pack';
import { lookedAt } from '../src/look';
import { type Evidence } from '../src/evidence';
import { type Sighting } from '../src/signal';
import { TYPOLOGIES } from '../src/typologies';
import { START_MS } from './feed';

/** What is fed, in order. A reversal names the place of what it reverses. */
export type Feed =
  | { readonly kind: 'move'; readonly entry: TransferEntry }
  | { readonly kind: 'reverse'; readonly entry: TransferEntry; readonly original: number }
  | { readonly kind: 'indicator'; readonly indicator: Indicator }
  | { readonly kind: 'event'; readonly event: FeedEvent };

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
  const sighting: Sighting = {
    ...{ ...lookedAt(engine, step, anchor), population, nowMs, overlay: DEFAULT_PACK.overlay },
  };
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

/** More than a population has to have seen before anything is rare in it. */
const LEARNT = 600;

/** What is usual, as if long observed: small payments between people who know each other, and money that rests for hours. */
export function learntPopulation(): Population {
  const population = new Population();
  const usual = population.of('PKR');
  for (let i = 0; i < LEARNT; i += 1) {
    usual.payment.add(100 + i, START_MS);
    for (const kind of SHARED_MARK_KINDS) population.sharers[kind].add(1, START_MS);
    population.gatherScatter.add(1, START_MS);
    population.dwell.add((1 + (i % 48)) * HOUR_MS, START_MS);
    for (const ofHorizon of [...population.paidNew, ...population.paidByNew]) {
      ofHorizon.add(1, START_MS);
    }
  }
  return population;
}

/** One engine, all accounts in it. */
export function runAlone(feed: readonly Feed[], limits: FlowLimits): Seen {
  const engine = new Engine(limits);
  const population = learntPopulation();
  return feed.map((item): unknown => {
    switch (item.kind) {
      case 'indicator':
        engine.addIndicator(item.indicator);
        return null;
      case 'event':
        engine.note(item.event);
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
        const step = engine.move(
          position,
          transfer,
          debtorTokens,
          creditorTokens,
          item.entry.marks,
        );
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
