import { type Alert, type TypologyName } from '#contracts';
import { type StatePart, type StateSource } from '#flow';
import { packHash } from './pack-hash';
import { defaultsOf, type Parameters } from './parameter';
import { baseOf, PACK_SECTIONS, type RulePack } from './rule-pack';
import { type Typology } from './signal';
import { TYPOLOGIES } from './typologies';

/** A pack as alerts name it. */
export type PackName = Alert['pack'];

/** By what an alert was judged. */
export interface Judge extends PackName {
  /** The pack's own: log-odds of an account of which nothing is known. */
  readonly base: number;
  /** Typologies that were switched off, or that the pack says nothing of. Sorted. */
  readonly typologiesOff: readonly TypologyName[];
}

export const isSameJudge = (one: Judge, other: Judge): boolean =>
  one.hash === other.hash && one.typologiesOff.join() === other.typologiesOff.join();

const known = (
  parameters: Parameters,
  values: Readonly<Record<string, number>> | undefined,
): Record<string, number> =>
  Object.fromEntries(
    Object.entries(defaultsOf(parameters)).map(([name, value]) => [name, values?.[name] ?? value]),
  );

/**
 * A pack as this version of the code can judge by it. One that an earlier version accepted may lack a number that has come
 * since, which is then as declared, and may have one that is no more. A typology that it says nothing of stays off:
 * nobody has validated it under that pack.
 */
function asJudgedBy(document: RulePack): RulePack {
  const sections = Object.fromEntries(
    Object.entries(PACK_SECTIONS).map(([name, parameters]) => [
      name,
      known(parameters, document[name as keyof typeof PACK_SECTIONS]),
    ]),
  );
  const typologies = Object.fromEntries(
    TYPOLOGIES.map(({ name, parameters }) => [name, known(parameters, document.typologies[name])]),
  );
  return { ...document, ...sections, typologies } as RulePack;
}

/** The rule pack that alerts are judged by, and the typologies that are switched off whatever it says. */
export class PackInForce {
  private document!: RulePack;
  private name!: PackName;
  private readonly switchedOff = new Set<string>();
  /** As it is judged by. */
  pack!: RulePack;
  judge!: Judge;
  /** Those it says something of, in the order in which an account is looked at. */
  typologies!: readonly Typology[];

  constructor(pack: RulePack) {
    this.adopt(pack);
  }

  /** @param hash of the document; left out, it is reckoned */
  adopt(document: RulePack, hash = packHash(document)): void {
    this.document = document;
    this.pack = asJudgedBy(document);
    this.typologies = TYPOLOGIES.filter(({ name }) => name in document.typologies);
    this.name = { version: document.version, hash };
    this.noteJudge();
  }

  /** A typology that is off goes on learning what is usual, so that it is right at once when it is on again. */
  switch(typology: string, enabled: boolean): void {
    if (enabled) this.switchedOff.delete(typology);
    else this.switchedOff.add(typology);
    this.noteJudge();
  }

  /** Whether what a typology sees counts. */
  counts(typology: TypologyName): boolean {
    return !this.judge.typologiesOff.includes(typology);
  }

  private noteJudge(): void {
    const isOff = ({ name }: Typology): boolean =>
      this.switchedOff.has(name) || !(name in this.document.typologies);
    const typologiesOff = TYPOLOGIES.filter(isOff).map(({ name }) => name);
    this.judge = { ...this.name, base: baseOf(this.pack), typologiesOff: typologiesOff.sort() };
  }

  *save(): Iterable<StatePart> {
    const { document, judge, switchedOff } = this;
    yield { name: 'pack', value: { document, hash: judge.hash, switchedOff: [...switchedOff] } };
  }

  load(source: StateSource): void {
    const saved = source.value('pack') as {
      document: RulePack;
      hash: string;
      switchedOff: string[];
    };
    for (const typology of saved.switchedOff) this.switchedOff.add(typology);
    this.adopt(saved.document, saved.hash);
  }
}
