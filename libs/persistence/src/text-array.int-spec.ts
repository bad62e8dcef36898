import fc from 'fast-check';
import { createTestDatabase, type TestDatabase } from '#testing';
import { textArray } from './text-array';

describe('texts as a parameter', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  afterAll(async () => {
    await database.drop();
  });

  it('reach the server as they are', async () => {
    const awkward = fc.constantFrom(
      '',
      'null',
      'NULL',
      '{}',
      'a,b',
      '"',
      '\\',
      'a\nb',
      '\u2028',
      ' ',
    );
    // The server keeps no NUL, whoever writes it.
    const text = fc.oneof(
      awkward,
      fc.string({ unit: 'grapheme' }).filter((s) => !s.includes('\0')),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(text)), async (texts) => {
        const [row] = await database.dataSource.query<{ texts: (string | null)[] }[]>(
          'select $1::text[] as texts',
          [textArray(texts)],
        );
        expect(row!.texts).toEqual(texts);
      }),
    );
  });
});
