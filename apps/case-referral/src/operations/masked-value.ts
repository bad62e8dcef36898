/** At most so many characters of an identifier are shown. */
const SHOWN_MAX = 3;
/** A value shorter than this is given away by its last characters. */
const LENGTH_MIN = 7;

/** Enough of an identifier to tell it from its neighbours in a list, too little to use it: "…567". */
export function maskedValue(value: string): string {
  // By code points: half a surrogate pair cannot be sent.
  const characters = Array.from(value);
  return characters.length < LENGTH_MIN ? '…' : `…${characters.slice(-SHOWN_MAX).join('')}`;
}
