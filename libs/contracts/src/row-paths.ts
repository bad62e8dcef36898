interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
}

/** The fields of a row by their paths, such as `creditor.kind`, read off its schema: a field added there is a column everywhere. */
export const rowPaths = (schema: object): string[] => leafPaths(schema, '');

const leafPaths = (node: SchemaNode, prefix: string): string[] =>
  Object.entries(node.properties ?? {}).flatMap(([name, child]) =>
    child.properties ? leafPaths(child, `${prefix}${name}.`) : [prefix + name],
  );
