import Ajv, { type JSONSchemaType } from 'ajv';

/** How one field of a transfer is made of a provider's own columns. */
export interface FieldMapping {
  /** The column it is in, or those whose texts make it with a space between; of JSON, the path with dots. */
  readonly from?: string | readonly string[];
  /** The same for every row. */
  readonly constant?: string;
  /** The provider's word to ours. */
  readonly values?: Readonly<Record<string, string>>;
  /** For words that `values` does not name; without it they refuse the row. */
  readonly otherwise?: string;
  /** Of an instant, in Luxon's tokens, such as `dd-MM-yyyy HH:mm:ss`, or UNIX_SECONDS or UNIX_MILLIS. */
  readonly format?: string;
  /** IANA, where the format says no offset. */
  readonly timeZone?: string;
  readonly decimal?: '.' | ',';
  /** What may stand between groups of digits. */
  readonly grouping?: ',' | '.' | ' ' | "'";
  readonly unit?: 'MAJOR' | 'MINOR';
  /** Whether blanks around a text go. */
  readonly trim?: boolean;
}

/** How a provider's rows become transfers. */
export interface MappingDocument {
  /** Between the cells of CSV. */
  readonly delimiter?: ',' | ';' | '\t' | '|';
  /** By path in the contract, such as `creditor.kind`. */
  readonly fields: Readonly<Record<string, FieldMapping>>;
}

/** Bytes of a document. */
export const DOCUMENT_BYTES_MAX = 64 * 1_024;
const FIELDS_MAX = 100;
/** Columns that make one field together. */
const PARTS_MAX = 4;
const NAME_LENGTH_MAX = 200;
const VALUES_MAX = 500;

const text = { type: 'string', minLength: 1, maxLength: NAME_LENGTH_MAX } as const;

const field = {
  type: 'object',
  additionalProperties: false,
  properties: {
    from: {
      type: ['string', 'array'],
      minLength: 1,
      maxLength: NAME_LENGTH_MAX,
      items: text,
      minItems: 1,
      maxItems: PARTS_MAX,
    },
    constant: text,
    values: {
      type: 'object',
      required: [],
      minProperties: 1,
      maxProperties: VALUES_MAX,
      additionalProperties: text,
    },
    otherwise: text,
    format: { type: 'string', minLength: 1, maxLength: 64 },
    timeZone: { type: 'string', minLength: 1, maxLength: 64 },
    decimal: { type: 'string', enum: ['.', ','] },
    grouping: { type: 'string', enum: [',', '.', ' ', "'"] },
    unit: { type: 'string', enum: ['MAJOR', 'MINOR'] },
    trim: { type: 'boolean' },
  },
};

/** The shape of a document; what it means is checked by `read-mapping.ts`. */
export const MAPPING_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['fields'],
  properties: {
    delimiter: { type: 'string', enum: [',', ';', '\t', '|'] },
    fields: {
      type: 'object',
      required: [],
      maxProperties: FIELDS_MAX,
      additionalProperties: field,
    },
  },
};

export const hasMappingShape = new Ajv({
  allErrors: false,
  allowUnionTypes: true,
}).compile<MappingDocument>(MAPPING_SCHEMA as unknown as JSONSchemaType<MappingDocument>);
