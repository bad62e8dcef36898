import { type LogPosition, type TransferEntry, type TypologyName } from '#contracts';
import { invariant } from '#domain';
import { type AccountIndex, type FlowEngine, type FlowStep, NONE, viewOfStep } from '#flow';
import {
  type AlertDraft,
  atLeast,
  baseOf,
  type Check,
  type Checks,
  CIRCUMSTANCES,
  type Condition,
  type DetectionWatch,
  type Evidence,
  FAMILIES_MIN,
  familiesOf,
  type Judgement,
  type RulePack,
  sentenceOf,
  type Signal,
  type Sighting,
} from '#typologies';
import {
  type AlertView,
  type Asked,
  type Explanation,
  type JudgementView,
  type ReliedOn,
  type SideAsked,
  type TermView,
} from './explanation';
import { walletBefore } from './wallet-before';

const FAMILIES: Condition = { says: 'families among these terms', unit: 'count' };
const TRANSFERS: Condition = { says: 'transfers that an alert would name', unit: 'count' };
const RISK: Condition = { says: 'risk, against the bar at that moment', unit: 'risk' };

/** What happens while one transfer is applied; the rest of an explanation is known without looking. */
export type Recorded = Pick<
  Explanation,
  'payerBefore' | 'payeeBefore' | 'step' | 'leaves' | 'taken' | 'sides' | 'judgements' | 'exits'
> & { readonly startedAtMs: number; readonly clockAtMs: number };

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Writes down what the detector holds, asks and decides while it applies one transfer, and nothing of any other. It has no
 * `scored`, so that up to that transfer nothing is weighed that the service would not weigh.
 */
export class TransferRecorder implements DetectionWatch {
  private engine: FlowEngine | null = null;
  private before: Pick<Recorded, 'payerBefore' | 'payeeBefore'> | null = null;
  private moving: Omit<Recorded, 'payerBefore' | 'payeeBefore'> | null = null;
  private readonly sides: SideAsked[] = [];
  private readonly judgements: Writable<JudgementView>[] = [];
  private readonly exits: AlertView[] = [];
  private readonly asked: Check[] = [];
  private over = false;

  /** @param position where the log says that the transfer is settled */
  constructor(
    private readonly position: LogPosition,
    private readonly pack: RulePack,
  ) {}

  /** Null until the transfer has been applied. */
  get recorded(): Recorded | null {
    if (!this.over) return null;
    invariant(this.before !== null && this.moving !== null, 'a transfer that is done has moved');
    return { ...this.before, ...this.moving };
  }

  moves({ position, transfer }: TransferEntry, engine: FlowEngine): void {
    if (position !== this.position) return;
    const { debtor, creditor, currency, occurredAtMs } = transfer;
    this.engine = engine;
    this.before = {
      payerBefore: walletBefore(engine, debtor, currency, occurredAtMs),
      payeeBefore: walletBefore(engine, creditor, currency, occurredAtMs),
    };
  }

  moved(step: FlowStep, engine: FlowEngine): void {
    if (this.engine === null) return;
    const { taken, payer, payee } = step;
    const key = (account: AccountIndex): string => engine.accounts.walletKey(account);
    this.moving = {
      step: viewOfStep(engine, step),
      leaves: step.leaves,
      taken: Array.from({ length: taken.count }, (_, i) => ({
        position: taken.transfer[i]!,
        payer: key(taken.payer[i]!),
        payee: key(payer),
        amountMinor: taken.amountMinor[i]!,
        atMs: taken.atMs[i]!,
        takenMinor: taken.takenMinor[i]!,
      })),
      sides: this.sides,
      judgements: this.judgements,
      exits: this.exits,
      startedAtMs: engine.clock.startedAt,
      clockAtMs: step.nowMs,
    };
    const side = (name: SideAsked['side'], account: AccountIndex): SideAsked => ({
      ...{ side: name, wallet: key(account), hub: engine.accounts.isHub(account) },
      ...{ typologies: [], circumstances: [] },
    });
    this.sides.push(side('payer', payer), side('payee', payee));
  }

  checks(): Checks {
    if (this.engine === null) return null;
    // What the circumstances of the other side wrote is no typology's of this one.
    this.asked.length = 0;
    return this.asked;
  }

  saw(sighting: Sighting, typology: TypologyName, signal: Signal | null): void {
    if (this.engine === null) return;
    const { anchor, step } = sighting;
    const checks = this.asked.splice(0);
    const at = anchor === step.payer ? 0 : 1;
    const side = this.sides[at]!;
    const circumstances =
      side.circumstances.length > 0 ? side.circumstances : this.circumstancesOf(sighting);
    const asked: Asked = { name: typology, seen: signal && this.seen(typology, signal), checks };
    this.sides[at] = { ...side, circumstances, typologies: [...side.typologies, asked] };
  }

  /** They are asked again here, which changes nothing: a circumstance is a pure look. */
  private circumstancesOf(sighting: Sighting): Asked[] {
    return CIRCUMSTANCES.map(({ name, see }) => {
      const checks: Check[] = [];
      const found = see({ ...sighting, checks }, this.pack.circumstances);
      return { name, seen: found && this.seen(name, { ...found, evidence: [] }), checks };
    });
  }

  private seen(
    name: string,
    {
      logOdds,
      facts,
      currency,
      evidence,
    }: Pick<Signal, 'logOdds' | 'facts' | 'currency' | 'evidence'>,
  ): Asked['seen'] {
    return {
      logOdds,
      sentence: sentenceOf(name, facts, currency),
      evidence: this.reliedOn(evidence),
    };
  }

  judged(judgement: Judgement): void {
    if (this.engine === null) return;
    const { anchor, position, signals, terms, evidence, risk, confirmed, bar } = judgement;
    const rules: Check[] = [];
    const { transfersMin, familyLogOddsMin } = this.pack.risk;
    if (!confirmed) atLeast(rules, FAMILIES, familiesOf(terms, familyLogOddsMin), FAMILIES_MIN);
    if (judgement.continues === null) atLeast(rules, TRANSFERS, evidence.length, transfersMin);
    atLeast(rules, RISK, risk, bar);
    const seenAt = new Map<string, number>(signals.map(({ typology, atMs }) => [typology, atMs]));
    this.judgements.push({
      wallet: this.engine.accounts.walletKey(anchor),
      ofItsPast: position === NONE,
      terms: terms.map(({ name, family, logOdds, facts, currency }): TermView => ({
        ...{ name, family, logOdds, sentence: sentenceOf(name, facts, currency) },
        atMs: seenAt.get(name) ?? null,
      })),
      base: baseOf(this.pack),
      ...{ risk, confirmed, rules, continues: judgement.continues },
      evidence: this.reliedOn(evidence),
      outcome: rules.every(({ held }) => held) ? 'nothing new' : 'missed',
      alert: null,
    });
  }

  told({ id, revision, risk, positions }: AlertDraft): void {
    if (this.engine === null) return;
    const alert: AlertView = { id, revision, risk, positions };
    const judgement = this.judgements.at(-1);
    // An alert that nothing just judged has led to is one whose money leaves the wallets.
    if (judgement?.outcome !== 'nothing new') {
      this.exits.push(alert);
      return;
    }
    judgement.alert = alert;
    judgement.outcome = revision === 1 ? 'raised' : 'revised';
  }

  done(): void {
    if (this.engine === null) return;
    this.engine = null;
    this.over = true;
  }

  candidate(): void {
    // The judgement says more of it.
  }

  carried(): void {
    // What the step carried is in its view.
  }

  private reliedOn(evidence: readonly Evidence[]): ReliedOn[] {
    const { accounts } = this.engine!;
    return evidence.map(({ position, payer, payee, amountMinor, atMs }) => ({
      position,
      payer: accounts.walletKey(payer),
      payee: accounts.walletKey(payee),
      amountMinor,
      atMs,
    }));
  }
}
