import { AppError } from '#domain';

/**
 * One element of an ISO 20022 message, the same whether it came as XML or as JSON: what it holds by name, each name as often as
 * it came.
 */
export interface IsoElement {
  /** Its own text, trimmed; empty where it holds elements. */
  readonly text: string;
  /** As `Ccy` of an amount. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: ReadonlyMap<string, readonly IsoElement[]>;
}

/** Elements within elements: messages have some fifteen levels. */
export const ISO_DEPTH_MAX = 40;
/** Elements and attributes of one document: a thousand transactions of 150, and half a second to read them. */
export const ISO_ELEMENTS_MAX = 150_000;

const NONE: readonly IsoElement[] = [];

export const tooDeep = (): AppError =>
  new AppError('INVALID_INPUT', `the message is nested more than ${ISO_DEPTH_MAX} deep`);
export const tooMany = (): AppError =>
  new AppError(
    'TOO_LARGE',
    `the message has more than ${ISO_ELEMENTS_MAX} elements and attributes`,
  );

/** All elements of that name directly inside. */
export const childrenOf = (element: IsoElement | undefined, name: string): readonly IsoElement[] =>
  element?.children.get(name) ?? NONE;

/** The first element on that path. */
export function elementAt(
  element: IsoElement | undefined,
  ...path: readonly string[]
): IsoElement | undefined {
  let found = element;
  for (const name of path) found = childrenOf(found, name)[0];
  return found;
}

/** The text of the first element on that path; undefined where there is none, or it is empty. */
export function textAt(
  element: IsoElement | undefined,
  ...path: readonly string[]
): string | undefined {
  const text = elementAt(element, ...path)?.text;
  return text === undefined || text === '' ? undefined : text;
}
