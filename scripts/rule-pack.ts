/**
 * Writes what a rule pack is, from the declarations in the code: its JSON Schema, the default pack, and a table of every
 * parameter. With `--check` it writes nothing and ends with 1 where a committed file is stale.
 */
import { join } from 'node:path';
import { DEFAULT_PACK, packHash, parameterTables, RULE_PACK_SCHEMA } from '#typologies';
import { CommittedFiles } from './committed-files';

const FOLDER = join('docs', 'rule-pack');
const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const files = new CommittedFiles('npm run rule-pack');
files.keep(join(FOLDER, 'rule-pack.schema.json'), json(RULE_PACK_SCHEMA));
files.keep(join(FOLDER, 'default.json'), json(DEFAULT_PACK));
files.keep(
  join(FOLDER, 'parameters.md'),
  `# Parameters of a rule pack\n\nMade by \`npm run rule-pack\` from the code. The default pack is ${DEFAULT_PACK.version}, ` +
    `SHA-256 \`${packHash(DEFAULT_PACK)}\` over its canonical form (RFC 8785).\n\n${parameterTables()}`,
);
files.finish();
