/** The width everything is laid out for: the narrowest terminal in common use. */
export const WIDTH = 80;

export const grouped = (count: number): string => count.toLocaleString('en-US');

export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${grouped(count)} ${count === 1 ? one : many}`;

/** Event time as the log has it, to the second: '2026-03-02 14:05:09Z'. */
export const describeInstant = (instant: string): string =>
  instant.replace('T', ' ').replace(/\.\d+/, '');

/** Breaks text at spaces into lines of at most `width` characters; a longer word has a line of its own. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Text under a label: what does not fit goes on below the text, not below the label. */
export function labelled(label: string, text: string, indent: number): string[] {
  const blank = ' '.repeat(indent);
  return wrap(text, WIDTH - indent).map(
    (line, at) => (at === 0 ? label.padEnd(indent) : blank) + line,
  );
}

const FULL = '█';
/** By eighths, from none to seven. */
const PARTS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar for a share of 0 to 1 of `width` characters, to an eighth of one; what is more than nothing is seen. */
export function bar(share: number, width: number): string {
  const within = Math.min(1, Math.max(0, share));
  const eighths = Math.max(Math.round(within * width * 8), within > 0 ? 1 : 0);
  return FULL.repeat(Math.floor(eighths / 8)) + PARTS[eighths % 8]!;
}

/** A bar on its track, always `width` characters long. */
export const gauge = (share: number, width: number): string =>
  FULL.repeat(Math.floor(Math.min(1, Math.max(0, share)) * width)).padEnd(width, '░');
