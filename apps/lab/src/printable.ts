/**
 * What a terminal obeys instead of showing: control characters, line and paragraph separators, what turns the direction of
 * reading, and halves of surrogate pairs. Joiners stay: Urdu is written with them.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu;
const REPLACEMENT = '\ufffd';

/**
 * A line for a terminal. Names and ids of a data set are whatever its author wrote: one could otherwise redraw the figures
 * beside it. What is replaced is seen, and takes as many columns as before.
 */
export const printable = (text: string): string => text.replace(UNPRINTABLE, REPLACEMENT);

/** The same for a text of several lines. */
export const printableLines = (text: string): string => text.split('\n').map(printable).join('\n');
