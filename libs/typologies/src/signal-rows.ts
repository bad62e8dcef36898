import { type SignalFamily, type TypologyName } from '#contracts';
import { type EventTimeMs, invariant } from '#domain';
import { type AccountIndex, BlockRows, classFor, type StatePart, type StateSource } from '#flow';
import { type Evidence } from './evidence';
import { type Signal } from './signal';

/** Where a signal lies: the first of its rows. */
export type SignalPlace = number;
export const NO_SIGNAL = -1;

/**
 * The rows of a signal: two of its own, then its facts, the operations it points to, and its evidence. Texts are numbers of
 * a list of all that ever were: there are as many as typologies, facts, currencies and operations together.
 */
const STRIDE = 6;
const ROWS_MAX = 256;
const OWN_ROWS = 2;
const FIRST = { typology: 0, family: 1, currency: 2, at: 3, logOdds: 4, confirmed: 5 } as const;
const SECOND = { next: 0, facts: 1, operations: 2, evidence: 3, anchor: 4 } as const;
/** In place of a number of what a signal leaves out. */
const NOT_TOLD = -1;
const FACT_NUMBERS = 2;
const FACTS_PER_ROW = STRIDE / FACT_NUMBERS;

/** A sentence has a handful. */
const FACTS_MAX = 24;
/** Of more than anybody can read, the first. */
const OPERATIONS_MAX = 120;
/** The newest; more than an alert can name. */
export const EVIDENCE_MAX =
  ROWS_MAX - OWN_ROWS - FACTS_MAX / FACTS_PER_ROW - OPERATIONS_MAX / STRIDE;

const rowsFor = (facts: number, operations: number, evidence: number): number =>
  OWN_ROWS + Math.ceil(facts / FACTS_PER_ROW) + Math.ceil(operations / STRIDE) + evidence;

/** Signals as numbers in rows: an object for each of millions of payments would be looked at by every collection of garbage. */
export class SignalRows {
  private readonly rows = new BlockRows('signals.rows', STRIDE);
  private words: string[] = [];
  private readonly numberOf = new Map<string, number>();

  /** @param next the signal that follows it */
  write(signal: Signal, next: SignalPlace): SignalPlace {
    const facts = Object.entries(signal.facts);
    invariant(facts.length <= FACTS_MAX, 'a signal has few facts');
    const operations = signal.operationIds?.slice(0, OPERATIONS_MAX);
    const evidence = signal.evidence.slice(-EVIDENCE_MAX);
    const counts = [facts.length, operations?.length ?? 0, evidence.length] as const;
    const place = this.rows.take(classFor(rowsFor(...counts)));
    const page = this.rows.page(place);
    let at = this.rows.offset(place);
    page[at + FIRST.typology] = this.word(signal.typology);
    page[at + FIRST.family] = this.word(signal.family);
    page[at + FIRST.currency] = this.word(signal.currency);
    page[at + FIRST.at] = signal.atMs;
    page[at + FIRST.logOdds] = signal.logOdds;
    page[at + FIRST.confirmed] = Number(signal.confirmed ?? NOT_TOLD);
    at += STRIDE;
    page[at + SECOND.next] = next;
    page[at + SECOND.facts] = counts[0];
    page[at + SECOND.operations] = operations === undefined ? NOT_TOLD : counts[1];
    page[at + SECOND.evidence] = counts[2];
    page[at + SECOND.anchor] = signal.anchor;
    at += STRIDE;
    for (const [i, [name, value]] of facts.entries()) {
      page[at + i * FACT_NUMBERS] = this.word(name);
      page[at + i * FACT_NUMBERS + 1] = value;
    }
    at += Math.ceil(counts[0] / FACTS_PER_ROW) * STRIDE;
    for (const [i, id] of operations?.entries() ?? []) page[at + i] = this.word(id);
    at += Math.ceil(counts[1] / STRIDE) * STRIDE;
    for (const item of evidence) {
      page[at] = item.position;
      page[at + 1] = item.payer;
      page[at + 2] = item.payee;
      page[at + 3] = item.amountMinor;
      page[at + 4] = item.atMs;
      page[at + 5] = item.newPair ? 1 : 0;
      at += STRIDE;
    }
    return place;
  }

  read(place: SignalPlace): Signal {
    const page = this.rows.page(place);
    let at = this.rows.offset(place);
    const [first, second] = [at, at + STRIDE];
    const facts = page[second + SECOND.facts]!;
    const operations = page[second + SECOND.operations]!;
    const evidence = page[second + SECOND.evidence]!;
    const confirmed = page[first + FIRST.confirmed]!;
    at += OWN_ROWS * STRIDE;
    const factsEnd = at + facts * FACT_NUMBERS;
    const told: Record<string, number> = {};
    for (let i = at; i < factsEnd; i += FACT_NUMBERS) told[this.words[page[i]!]!] = page[i + 1]!;
    at += Math.ceil(facts / FACTS_PER_ROW) * STRIDE;
    const ids: string[] = [];
    for (let i = 0; i < operations; i += 1) ids.push(this.words[page[at + i]!]!);
    at += Math.ceil(ids.length / STRIDE) * STRIDE;
    const payments: Evidence[] = [];
    for (const end = at + evidence * STRIDE; at < end; at += STRIDE) {
      payments.push({
        position: page[at]!,
        payer: page[at + 1]!,
        payee: page[at + 2]!,
        amountMinor: page[at + 3]!,
        atMs: page[at + 4]!,
        newPair: page[at + 5] === 1,
      });
    }
    return {
      typology: this.typology(place),
      family: this.words[page[first + FIRST.family]!] as SignalFamily,
      anchor: this.anchor(place),
      currency: this.words[page[first + FIRST.currency]!]!,
      atMs: this.at(place),
      logOdds: this.logOdds(place),
      evidence: payments,
      facts: told,
      ...(operations === NOT_TOLD ? {} : { operationIds: ids }),
      ...(confirmed === NOT_TOLD ? {} : { confirmed: confirmed === 1 }),
    };
  }

  typology(place: SignalPlace): TypologyName {
    return this.words[this.rows.get(place, FIRST.typology)] as TypologyName;
  }

  anchor(place: SignalPlace): AccountIndex {
    return this.rows.get(place + 1, SECOND.anchor);
  }

  at(place: SignalPlace): EventTimeMs {
    return this.rows.get(place, FIRST.at);
  }

  logOdds(place: SignalPlace): number {
    return this.rows.get(place, FIRST.logOdds);
  }

  /** The signal that follows it; NO_SIGNAL where it is the last. */
  next(place: SignalPlace): SignalPlace {
    return this.rows.get(place + 1, SECOND.next);
  }

  follow(place: SignalPlace, next: SignalPlace): void {
    this.rows.set(place + 1, SECOND.next, next);
  }

  drop(place: SignalPlace): void {
    const { rows } = this;
    const facts = rows.get(place + 1, SECOND.facts);
    const operations = Math.max(rows.get(place + 1, SECOND.operations), 0);
    const evidence = rows.get(place + 1, SECOND.evidence);
    rows.release(place, classFor(rowsFor(facts, operations, evidence)));
  }

  private word(text: string): number {
    let number = this.numberOf.get(text);
    if (number === undefined) {
      number = this.words.push(text) - 1;
      this.numberOf.set(text, number);
    }
    return number;
  }

  *save(): Iterable<StatePart> {
    yield { name: 'signals.words', value: this.words };
    yield* this.rows.save();
  }

  load(source: StateSource): void {
    this.words = source.value('signals.words') as string[];
    for (const [number, text] of this.words.entries()) this.numberOf.set(text, number);
    this.rows.load(source);
  }
}
