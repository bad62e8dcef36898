import fc from 'fast-check';
import { AppError } from '#domain';
import { CsvLines } from './csv-lines';
import { TOO_LONG, type CutLine } from './line-cutter';
import { RefusedRow } from './refused-row';
import { type RowForm } from './row-form';

const LINE_BYTES_MAX = 1_000;
const PLAIN: RowForm = {
  delimiter: ',',
  openCsv: () => (cells) => cells,
  ofJson: (value) => value,
  columnOf: () => undefined,
};

/** What is read of these lines: cells, or in short why not, each with its line. */
function read(lines: readonly (string | CutLine)[], form = PLAIN): [number, unknown][] {
  const reader = new CsvLines(LINE_BYTES_MAX, form);
  const rows: [number, unknown][] = [];
  const sink = (row: unknown, line: number): void => {
    rows.push([line, row instanceof RefusedRow ? row.fault.detail : row]);
  };
  lines.forEach((line, at) => {
    reader.read(typeof line === 'string' ? Buffer.from(line) : line, at + 1, sink);
  });
  reader.end(sink);
  expect(reader.heldFrom).toBeNull();
  return rows;
}

const NEVER_CLOSED = 'the row opens a quote that is never closed';
const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;

describe('CSV', () => {
  it('is read back as it was written, with quotes, delimiters and line breaks in its cells', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', ' ', 'é', ';'), maxLength: 8 });
    const broken = fc.tuple(cell, cell).map((parts) => parts.join('\n'));
    const rows = fc.array(fc.tuple(cell, fc.oneof(cell, broken), cell), { maxLength: 20 });
    fc.assert(
      fc.property(rows, fc.boolean(), (cells, isWindows) => {
        const text = cells.map((row) => row.map(quoted).join(',')).join('\n');
        const lines = text === '' ? [] : text.split('\n');
        const end = isWindows ? '\r' : '';
        const got = read([`a,b,c${end}`, ...lines.map((line) => line + end)]);
        const expected = cells.map((row) =>
          row.map((one) => (isWindows ? one.replaceAll('\n', '\r\n') : one)),
        );
        expect(got.map(([, row]) => row)).toEqual(expected);
      }),
    );
  });

  it('numbers rows by the line that they begin on, and passes over blank lines', () => {
    expect(read(['\ufeff a , b ', '', '1,2', '   ', '"x', 'y",3', '4,5'])).toEqual([
      [3, ['1', '2']],
      [5, ['x\ny', '3']],
      [7, ['4', '5']],
    ]);
  });

  it('costs no other row where one opens a quote that is never closed', () => {
    const many = Array.from({ length: 40 }, (_, n) => `${n},x`);
    const got = read(['a,b', '"oops,1', ...many, '7,"late', 'end"']);
    expect(got[0]).toEqual([2, NEVER_CLOSED]);
    expect(got.slice(1, -1)).toEqual(many.map((line, n) => [n + 3, line.split(',')]));
    expect(got.at(-1)).toEqual([43, ['7', 'late\nend']]);
  });

  it('says of each bad row what is wrong with it, and goes on', () => {
    const got = read([
      'a,b',
      '1',
      '1,2,3',
      '5" pipe,x',
      '"a"b,c',
      TOO_LONG,
      Buffer.from([0xff]),
      'ok,ok',
      '"open',
    ]);
    expect(got.map(([, row]) => row)).toEqual([
      'the row has another number of columns than the first line',
      'the row has another number of columns than the first line',
      'the row has a quote inside an unquoted cell',
      'the row has text after a closing quote',
      `the line is longer than ${LINE_BYTES_MAX} bytes`,
      'the line is not UTF-8',
      ['ok', 'ok'],
      NEVER_CLOSED,
    ]);
  });

  it('looks for the end of a cell over 20 lines, and no further', () => {
    const over = (lines: number): string[] => [
      '"x',
      ...Array.from({ length: lines - 2 }, () => 'y'),
      'z"',
    ];
    expect(read(['a', ...over(20)])).toHaveLength(1);
    const refused = read(['a', ...over(21)]);
    expect(refused).toHaveLength(21);
    expect(refused[0]).toEqual([2, NEVER_CLOSED]);
  });

  it('holds no more than a line may have', () => {
    const long = 'y'.repeat(LINE_BYTES_MAX / 2);
    expect(read(['a', '"x', long, 'z"'])).toHaveLength(1);
    expect(read(['a', '"x', long, long, 'z"'])[0]).toEqual([2, NEVER_CLOSED]);
  });

  it.each<[(string | CutLine)[]]>([[[]], [['']], [[TOO_LONG]], [['"a']], [[Buffer.from([0xff])]]])(
    'without a first line is refused as a whole',
    (lines) => {
      expect(() => read(lines)).toThrow(AppError);
    },
  );

  it('has another delimiter where its form says so', () => {
    const form = { ...PLAIN, delimiter: ';' };
    expect(read(['a;b', '1,5;"2;3"'], form)).toEqual([[2, ['1,5', '2;3']]]);
  });
});
