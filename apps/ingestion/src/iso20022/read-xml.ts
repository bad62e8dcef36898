import { parser as saxParser } from 'sax';
import { AppError } from '#domain';
import { ISO_DEPTH_MAX, ISO_ELEMENTS_MAX, type IsoElement, tooDeep, tooMany } from './iso-element';

/** What the document declares itself to be, and its outermost element. */
export interface XmlDocument {
  readonly namespace: string | null;
  readonly root: IsoElement;
}

interface OpenElement {
  readonly name: string;
  readonly attributes: Map<string, string>;
  readonly children: Map<string, IsoElement[]>;
  text: string;
}

/** `strictEntities`: no name but the five of XML is an entity. The types do not know of it. */
const OPTIONS = { strictEntities: true, position: false };

const malformed = (): AppError => new AppError('INVALID_INPUT', 'the body is not well-formed XML');

/** `ns:Document` is `Document`: prefixes are the sender's, and one message has one namespace. */
const localName = (name: string): string => name.slice(name.indexOf(':') + 1);
const prefixOf = (name: string): string => (name.includes(':') ? name.split(':', 1)[0]! : '');

/**
 * Reads an XML document. A document type is refused, so there is no entity but the five of XML and nothing is ever fetched or expanded;
 * processing instructions and comments are passed over.
 *
 * @throws AppError INVALID_INPUT where it is not well-formed, declares a document type, or is nested too deep; TOO_LARGE
 */
export function readXml(text: string): XmlDocument {
  const parser = saxParser(true, OPTIONS);
  const open: OpenElement[] = [];
  let elements = 0;
  const read: { root: IsoElement | null; namespace: string | null } = {
    root: null,
    namespace: null,
  };
  // The parser's own words quote the document.
  parser.onerror = () => {
    throw malformed();
  };
  parser.ondoctype = () => {
    throw new AppError('INVALID_INPUT', 'a document type (DOCTYPE) is not taken');
  };
  const count = (): void => {
    if ((elements += 1) > ISO_ELEMENTS_MAX) throw tooMany();
  };
  parser.onattribute = count;
  parser.onopentag = ({ name, attributes }) => {
    if (open.length >= ISO_DEPTH_MAX) throw tooDeep();
    count();
    const told = new Map(Object.entries(attributes as Readonly<Record<string, string>>));
    if (open.length === 0) {
      if (read.root !== null) throw malformed();
      const prefix = prefixOf(name);
      read.namespace = told.get(prefix === '' ? 'xmlns' : `xmlns:${prefix}`) ?? null;
    }
    open.push({ name: localName(name), attributes: told, children: new Map(), text: '' });
  };
  const take = (part: string): void => {
    const top = open.at(-1);
    if (top !== undefined) top.text += part;
    else if (part.trim() !== '') throw malformed();
  };
  parser.ontext = take;
  parser.oncdata = take;
  parser.onclosetag = () => {
    const { name, attributes, children, text: own } = open.pop()!;
    const element: IsoElement = {
      text: children.size === 0 ? own.trim() : '',
      attributes,
      children,
    };
    const parent = open.at(-1);
    if (parent === undefined) read.root = element;
    else {
      const siblings = parent.children.get(name);
      if (siblings === undefined) parent.children.set(name, [element]);
      else siblings.push(element);
    }
  };
  // A mark of the byte order is not part of the document.
  parser.write(text.replace(/^\uFEFF/, '')).close();
  const { root, namespace } = read;
  if (root === null) throw malformed();
  return { namespace, root };
}
