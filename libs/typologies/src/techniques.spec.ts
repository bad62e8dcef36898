import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWithShared } from '#testing';
import { TYPOLOGIES } from './typologies';

interface Stix {
  readonly objects: readonly {
    readonly type: string;
    readonly external_references?: readonly { readonly external_id?: string }[];
  }[];
}

describeWithShared("techniques of MITRE's Fight Fraud Framework", (folder) => {
  const file = join(folder, 'standards', 'mitre-f3', 'mitre-f3-stix-v1.1.json');
  const { objects } = JSON.parse(readFileSync(file, 'utf8')) as Stix;
  const known = new Set(
    objects
      .filter(({ type }) => type === 'attack-pattern')
      .flatMap(({ external_references: references = [] }) =>
        references.map(({ external_id: id }) => id),
      ),
  );

  it.each(TYPOLOGIES.map(({ name, techniques }) => [name, techniques] as const))(
    '%s names some, and each is of the framework or said to be our own',
    (_, techniques) => {
      expect(techniques.length).toBeGreaterThan(0);
      expect(techniques.filter((id) => !known.has(id) && !id.startsWith('LW-'))).toEqual([]);
    },
  );
});
