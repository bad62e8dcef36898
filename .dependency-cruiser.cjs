/** The import rules of ARCHITECTURE.md. Each says what goes wrong without it. */
const libs = (names) => `^libs/(${names})/`;

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment:
        'Two files that need each other cannot be understood, tested or moved one at a time.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'apps-never-import-one-another',
      comment:
        'Each app is a process of its own; what they share crosses a border that libs/contracts names.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'libs-never-import-apps',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^(apps|test|scripts)/' },
    },
    {
      name: 'domain-imports-nothing',
      comment: 'The words of the field know no tool.',
      severity: 'error',
      from: { path: libs('domain'), pathNot: 'spec\\.ts$' },
      to: { pathNot: libs('domain') },
    },
    {
      name: 'flow-imports-domain-only',
      comment:
        'Detection is a pure function of log and configuration: no clock, no database, no framework.',
      severity: 'error',
      from: { path: libs('flow'), pathNot: 'spec\\.ts$|^libs/flow/test/' },
      to: { pathNot: libs('flow|domain') },
    },
    {
      name: 'typologies-import-domain-and-flow-only',
      comment:
        'uuid names an alert after its trigger (UUIDv5), canonicalize and SHA-256 name a pack after what it says, ajv reads one: pure.',
      severity: 'error',
      from: { path: libs('typologies'), pathNot: 'spec\\.ts$' },
      to: {
        pathNot: `${libs('typologies|flow|domain|contracts')}|node_modules/(uuid|canonicalize|ajv)/|^(node:)?crypto$`,
      },
    },
    {
      name: 'contracts-import-domain-only',
      severity: 'error',
      from: { path: libs('contracts'), pathNot: 'spec\\.ts$' },
      to: { pathNot: `${libs('contracts|domain')}|node_modules/(ajv|uuid)/` },
    },
    {
      name: 'typeorm-in-repositories-and-persistence-only',
      comment:
        "A use case says what it needs of the store; how that is kept is a repository's business. A type that only hands a transaction on may be named anywhere.",
      severity: 'error',
      from: {
        pathNot: `${libs('persistence|messaging|identity|audit|platform|testing')}|\\.repository\\.ts$|spec\\.ts$|(^|/)test/`,
      },
      to: { path: 'node_modules/(typeorm|pg)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'public-door-only',
      comment: 'A library is entered through its index; its other files may move.',
      severity: 'error',
      from: { path: '^(apps|libs)/([^/]+)/', pathNot: 'spec\\.ts$' },
      to: { path: '^libs/([^/]+)/src/.+', pathNot: ['^libs/[^/]+/src/index\\.ts$', '^$1/$2/'] },
    },
    {
      name: 'testing-only-in-tests',
      severity: 'error',
      from: { path: '^(apps|libs|scripts)/', pathNot: `spec\\.ts$|${libs('testing')}` },
      to: { path: libs('testing') },
    },
    {
      name: 'no-orphans',
      comment: 'A file that nobody imports is not part of the product.',
      severity: 'error',
      from: { orphan: true, pathNot: 'spec\\.ts$|main\\.ts$|\\.d\\.ts$|\\.mjs$|\\.cjs$' },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.json'],
      conditionNames: ['require', 'node', 'default'],
    },
  },
};
