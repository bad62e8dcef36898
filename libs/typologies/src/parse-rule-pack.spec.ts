import { AppError, type Problem } from '#domain';
import { packHash } from './pack-hash';
import { WHOLE_UNITS, type Parameters } from './parameter';
import { parseRulePack, PROBLEMS_MAX } from './parse-rule-pack';
import { DEFAULT_PACK, PACK_SECTIONS } from './rule-pack';
import { SCORECARD_BINS_MAX } from './scorecard';
import { TERM_NAMES, TYPOLOGIES } from './typologies';

interface Tree {
  [name: string]: Tree & number;
}

/** The default pack as plain JSON, with something done to it. */
function changed(change: (pack: Tree) => void): unknown {
  const pack = JSON.parse(JSON.stringify(DEFAULT_PACK)) as Tree;
  change(pack);
  return pack;
}

function problemsOf(document: unknown): readonly Problem[] {
  try {
    parseRulePack(document);
    return [];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error.code).toBe('INVALID_INPUT');
    return error.problems;
  }
}

const pathsOf = (document: unknown): string[] => problemsOf(document).map(({ path }) => path);

/** Every number of a pack, with where it stands. */
const NUMBERS = [
  ...Object.entries(PACK_SECTIONS).map(([name, parameters]) => [[name], parameters] as const),
  ...TYPOLOGIES.map(({ name, parameters }) => [['typologies', name], parameters] as const),
].flatMap(([at, parameters]) =>
  Object.entries(parameters as Parameters).map(([name, parameter]) => ({
    path: [...at, name],
    parameter,
  })),
);
const set = (pack: Tree, path: readonly string[], value: unknown): void => {
  const owner = path.slice(0, -1).reduce<Tree>((tree, name) => tree[name]!, pack);
  owner[path.at(-1)!] = value as Tree[string];
};

describe('a rule pack', () => {
  it('is taken as it was given, and says the same', () => {
    const pack = parseRulePack(changed(() => undefined));
    expect(packHash(pack)).toBe(packHash(DEFAULT_PACK));
  });

  it('is refused for each number below its minimum or above its maximum, and taken at both', () => {
    expect(NUMBERS.length).toBeGreaterThan(30);
    for (const { path, parameter } of NUMBERS) {
      const { min, max, unit } = parameter;
      const step = WHOLE_UNITS.has(unit) ? 1 : 1e-6;
      const at = (value: number) =>
        problemsOf(
          changed((pack) => {
            set(pack, path, value);
          }),
        );
      const pointer = `/${path.join('/')}`;
      for (const value of [min - step, max + step]) {
        expect([pointer, at(value).map((problem) => problem.path)]).toEqual([pointer, [pointer]]);
        expect(at(value)[0]!.detail).toContain(parameter.says);
      }
      // A limit by itself is possible; it may contradict another number, which is told with that one's name.
      for (const value of [min, max]) {
        for (const problem of at(value)) expect(problem.detail).toContain('must not be below');
      }
    }
  });

  it('counts in whole numbers', () => {
    expect(
      pathsOf(
        changed((pack) => {
          pack.risk!.transfersMin = 2.5 as never;
        }),
      ),
    ).toEqual(['/risk/transfersMin']);
  });

  it('is refused where two numbers contradict each other, and taken where they are equal', () => {
    const cycle = (walletsMin: number, walletsMax: number) =>
      problemsOf(
        changed((pack) => {
          Object.assign(pack.typologies!.CYCLE!, { walletsMin, walletsMax });
        }),
      );
    expect(cycle(5, 5)).toEqual([]);
    expect(cycle(6, 5)).toEqual([
      {
        code: 'INVALID_INPUT',
        path: '/typologies/CYCLE/walletsMax',
        detail: 'must not be below walletsMin: nothing could meet both',
      },
    ]);
    const others = changed((pack) => {
      Object.assign(pack.risk!, { floor: 61, raiseAt: 60, transfersMin: 9, transfersMax: 8 });
      Object.assign(pack.typologies!.LAYERING_CHAIN!, { keptMin: 0.9, keptMax: 0.89 });
    });
    expect(pathsOf(others)).toEqual([
      '/risk/raiseAt',
      '/risk/transfersMax',
      '/typologies/LAYERING_CHAIN/keptMax',
    ]);
  });

  it('names in each declaration only numbers that are there', () => {
    for (const parameters of [
      ...Object.values(PACK_SECTIONS),
      ...TYPOLOGIES.map((typology) => typology.parameters),
    ] as Parameters[]) {
      for (const { notBelow } of Object.values(parameters)) {
        if (notBelow !== undefined) expect(Object.keys(parameters)).toContain(notBelow);
      }
    }
  });

  it('is refused for a name that nobody knows, wherever it stands', () => {
    const document = changed((pack) => {
      const extra = 1 as never;
      pack['no/te'] = extra;
      pack.risk!.raiseat = extra;
      pack.typologies!.SMURFING = extra;
      pack.typologies!.CYCLE!.walletMin = extra;
    });
    expect(pathsOf(document).sort()).toEqual([
      '/no~1te',
      '/risk/raiseat',
      '/typologies/CYCLE/walletMin',
      '/typologies/SMURFING',
    ]);
  });

  it('is refused for each thing that it leaves out', () => {
    const document = changed((pack) => {
      Reflect.deleteProperty(pack, 'version');
      Reflect.deleteProperty(pack.risk!, 'floor');
      Reflect.deleteProperty(pack.typologies!, 'FAN_IN');
    });
    expect(pathsOf(document).sort()).toEqual(['/risk/floor', '/typologies/FAN_IN', '/version']);
  });

  it('has a version that can be a part of an address', () => {
    const versions = (names: readonly unknown[]) =>
      names.map(
        (version) =>
          problemsOf(
            changed((pack) => {
              pack.version = version as never;
            }),
          ).length,
      );
    expect(versions(['2026.12-1', 'a', 'A'.repeat(64)])).toEqual([0, 0, 0]);
    expect(versions(['', 'schema', 'a/b', 'A'.repeat(65), '.x', 1, 'ü', 'a\n'])).not.toContain(0);
  });

  it('is no pack where it is something else', () => {
    for (const document of [null, undefined, 1, 'x', [], {}]) {
      expect(problemsOf(document).length).toBeGreaterThan(0);
    }
  });

  it('tells so many problems and no more', () => {
    const document = changed((pack) => {
      for (let i = 0; i <= PROBLEMS_MAX; i += 1) pack[`x${i}`] = 1 as never;
    });
    expect(problemsOf(document)).toHaveLength(PROBLEMS_MAX);
    expect(() => parseRulePack(document)).toThrow('(1 more problems)');
  });
});

describe('the scorecard of a rule pack', () => {
  const table = { edges: [0.5, 2], logOdds: [0, 1.5, 4] };
  const against = { edges: [-2, 0], logOdds: [-3, -1, 0] };
  const learntFrom = {
    ...{ source: 'dispositions', until: '2026-11-30T00:00:00Z', positives: 30, negatives: 900 },
  };
  const card = { base: -7, terms: { CYCLE: table, KNOWN_PARTIES: against }, learntFrom };
  const withCard = (scorecard: unknown): unknown => ({ ...DEFAULT_PACK, scorecard });
  const of = (scorecard: unknown) => problemsOf(JSON.parse(JSON.stringify(withCard(scorecard))));
  const told = (CYCLE: unknown) =>
    of({ ...card, terms: { CYCLE } }).map(({ path, detail }) => [
      path.replace('/scorecard/terms/CYCLE', ''),
      detail,
    ]);

  it('may be left out, is taken as it was given, and is a part of the hash', () => {
    const pack = parseRulePack(withCard(card));
    expect(pack.scorecard).toEqual(card);
    const hashes = [{}, { base: -7.5 }, { terms: {} }].map((change) =>
      packHash(parseRulePack(withCard({ ...card, ...change }))),
    );
    expect(new Set([...hashes, packHash(DEFAULT_PACK)]).size).toBe(4);
  });

  it('has a table for terms that are known, and for no others', () => {
    expect(of({ ...card, terms: { SMURFING: table } })).toEqual([
      {
        code: 'INVALID_INPUT',
        path: '/scorecard/terms/SMURFING',
        detail: 'nothing of this name is known here: what is misspelt would be left out in silence',
      },
    ]);
    for (const name of TERM_NAMES) {
      const fits = name === 'KNOWN_PARTIES' ? against : table;
      expect(of({ ...card, terms: { [name]: fits } })).toEqual([]);
    }
  });

  it('has edges that ascend, and one log-odds more than edges', () => {
    expect(told({ edges: [2, 2], logOdds: [0, 1, 2] })).toEqual([
      ['/edges/1', 'must be above the edge before it'],
    ]);
    expect(told({ ...table, logOdds: [0, 1] })).toEqual([
      ['/logOdds', expect.stringContaining('one more than edges') as string],
    ]);
  });

  it('has log-odds that never fall, and 0 where the term is absent', () => {
    expect(told({ ...table, logOdds: [0, 2, 1.9] })).toEqual([
      ['/logOdds/2', 'must not be below the one before: more strength never speaks less'],
    ]);
    expect(told({ ...table, logOdds: [0.1, 2, 3] })).toEqual([
      ['/logOdds/0', 'must be 0: the term is absent there'],
    ]);
    expect(told({ edges: [-2, 0], logOdds: [-3, -1, 0.5] })).toEqual([
      ['/logOdds/2', 'must be 0: the term is absent there'],
    ]);
  });

  it('has steps and weights inside bounds, and says what it was learnt from', () => {
    const steps = (count: number) => ({
      edges: Array.from({ length: count - 1 }, (_, i) => 1 + i),
      logOdds: Array.from({ length: count }, (_, i) => i / 10),
    });
    expect(told(steps(SCORECARD_BINS_MAX))).toEqual([]);
    expect(told(steps(SCORECARD_BINS_MAX + 1)).map(([path]) => path)).toEqual([
      '/edges',
      '/logOdds',
    ]);
    expect(told({ edges: [], logOdds: [0] }).map(([path]) => path)).toEqual(['/edges', '/logOdds']);
    expect(told({ ...table, logOdds: [0, 1, 20.1] }).map(([path]) => path)).toEqual(['/logOdds/2']);
    expect(of({ ...card, base: -20.1 }).map(({ path }) => path)).toEqual(['/scorecard/base']);
    const { source, ...unsourced } = learntFrom;
    expect(source).not.toBe('');
    expect(of({ ...card, learntFrom: unsourced }).map(({ path }) => path)).toEqual([
      '/scorecard/learntFrom/source',
    ]);
    const later = { ...learntFrom, until: 'later', wallets: ['0300…'] };
    expect(of({ ...card, learntFrom: later }).map(({ path }) => path)).toEqual([
      '/scorecard/learntFrom/wallets',
    ]);
    expect(
      of({ ...card, learntFrom: { ...learntFrom, until: '2026-02-30T00:00:00Z' } }).map(
        ({ path }) => path,
      ),
    ).toEqual(['/scorecard/learntFrom/until']);
  });
});

describe('the overlay of a rule pack', () => {
  const row = {
    ...{ parameter: 'tierDailyLimit', currency: 'PKR', tier: 'L0', valueMinor: 25_000_00 },
    ...{ from: '2024-01-01T00:00:00+05:00', source: 'a circular', confidence: 'READ' },
  };
  const of = (...overlay: unknown[]) =>
    problemsOf(
      changed((pack) => {
        pack.overlay = overlay as never;
      }),
    );

  it('is refused for a legal value without its source', () => {
    const { source, ...without } = row;
    expect(source).not.toBe('');
    expect(of(without)).toEqual([
      {
        code: 'INVALID_INPUT',
        path: '/overlay/0/source',
        detail: 'is missing: a legal value is told with its source',
      },
    ]);
    for (const empty of ['', '  ', null]) {
      expect(of({ ...row, source: empty })[0]!.path).toBe('/overlay/0/source');
    }
  });

  it('takes no row that says what its parameter does not go by, or not what it does', () => {
    const { tier, ...byCurrency } = row;
    expect(of(byCurrency).map(({ path }) => path)).toEqual(['/overlay/0/tier']);
    const threshold = { ...byCurrency, parameter: 'cashReportingThreshold' };
    expect(of(threshold)).toEqual([]);
    expect(of({ ...threshold, tier }).map(({ path }) => path)).toEqual(['/overlay/0/tier']);
    expect(of({ ...row, parameter: 'annualLimit' }).map(({ path }) => path)).toEqual([
      expect.stringContaining('/overlay/0'),
    ]);
    expect(of({ ...row, currency: 'PKX' }).map(({ path }) => path)).toEqual([
      '/overlay/0/currency',
    ]);
    expect(of({ ...row, valueMinor: 0 }).map(({ path }) => path)).toEqual([
      '/overlay/0/valueMinor',
    ]);
    expect(of({ ...row, confidence: 'SURE' }).map(({ path }) => path)).toEqual([
      '/overlay/0/confidence',
    ]);
  });

  it('takes only periods that are some, and that do not overlap', () => {
    expect(of({ ...row, from: '2024-02-30T00:00:00Z' })[0]!.path).toBe('/overlay/0/from');
    expect(of({ ...row, until: 'later' })[0]!.path).toBe('/overlay/0/until');
    expect(of({ ...row, until: row.from })[0]!.path).toBe('/overlay/0/until');
    const next = { ...row, from: '2024-05-31T00:00:00+05:00' };
    expect(of(row, next)).toMatchObject([{ path: '/overlay/1' }]);
    expect(of({ ...row, until: next.from }, next)).toEqual([]);
    expect(of(next, { ...row, until: '2024-05-31T00:00:00.001+05:00' })).toMatchObject([
      { path: '/overlay/1' },
    ]);
    expect(of(row, { ...next, tier: 'L1' })).toEqual([]);
  });
});
