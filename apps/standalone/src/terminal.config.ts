/** https://no-color.org: set to anything but nothing. */
export const colourIsUnwanted = (): boolean => (process.env.NO_COLOR ?? '') !== '';
