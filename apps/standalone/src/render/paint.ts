/** Marks text for a terminal that shows colours; elsewhere every one of them leaves it as it is. */
export interface Paint {
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly alarm: (text: string) => string;
  readonly warn: (text: string) => string;
}

const sgr =
  (begin: number, end: number) =>
  (text: string): string =>
    `\u001b[${begin}m${text}\u001b[${end}m`;
const same = (text: string): string => text;

const COLOURS: Paint = {
  strong: sgr(1, 22),
  faint: sgr(2, 22),
  alarm: sgr(31, 39),
  warn: sgr(33, 39),
};
const PLAIN: Paint = { strong: same, faint: same, alarm: same, warn: same };

export const paintFor = (colours: boolean): Paint => (colours ? COLOURS : PLAIN);
