import { printable } from '../printable';

/** What an explanation is laid out for. */
export const COLUMNS = 100;

/**
 * Breaks a text into lines of a terminal, at spaces; a word that is longer than a line is left whole. All of an explanation
 * goes through here, so that no name in it reaches the terminal otherwise than {@link printable}.
 *
 * @param indent columns before the first line
 * @param hanging columns before every further line
 */
export function wrapped(text: string, indent = 0, hanging = indent + 2): string {
  const lines: string[] = [];
  let line = ' '.repeat(indent);
  let empty = true;
  for (const word of printable(text).split(' ')) {
    if (!empty && line.length + 1 + word.length > COLUMNS) {
      lines.push(line.trimEnd());
      line = ' '.repeat(hanging);
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  lines.push(line.trimEnd());
  return `${lines.join('\n')}\n`;
}

export const heading = (text: string): string => `\n${wrapped(text)}${'-'.repeat(COLUMNS)}\n`;

/** How long lists are cut. */
export class ListCut {
  /** @param all shows everything */
  constructor(
    readonly all: boolean,
    private readonly max = 8,
  ) {}

  /** The first items, one below the other, and how many were left out. */
  lines<T>(items: readonly T[], line: (item: T) => string, indent: number): string {
    const shown = this.shown(items);
    const left = items.length - shown.length;
    const more = left > 0 ? wrapped(`… ${left} more (--all shows them)`, indent) : '';
    return shown.map(line).join('') + more;
  }

  /** The first items in one line, and how many were left out. */
  inline(items: readonly string[]): string {
    const shown = this.shown(items);
    const left = items.length - shown.length;
    return shown.join(', ') + (left > 0 ? ` … ${left} more (--all)` : '');
  }

  private shown<T>(items: readonly T[]): readonly T[] {
    return this.all ? items : items.slice(0, this.max);
  }
}
