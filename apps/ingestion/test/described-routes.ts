import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Described {
  readonly paths: Readonly<
    Record<
      string,
      { readonly post?: { readonly requestBody?: { readonly content: Record<string, unknown> } } }
    >
  >;
}

/** A way into ingestion: a route, and a type of content that it says it takes. */
export interface Way {
  readonly path: string;
  readonly type: string;
}

const DESCRIPTION = join(__dirname, '../../../docs/openapi/ingestion.json');

/** Types that no route takes. */
const OTHERS = [
  ...['text/plain', 'application/xml', 'text/csv', 'application/x-www-form-urlencoded', 'a/b; c'],
  ...['multipart/form-data; boundary=x', 'application/json; charset=utf-16', ''],
];

/** Those that every route is tried with: what refuses the others is the same code for all of them. */
const OTHERS_OF_EACH = ['text/plain', ''];

/** All of them, as the API describes itself: a route or a type that is added is tried without a line here. */
export function describedWays(): Way[] {
  const { paths } = JSON.parse(readFileSync(DESCRIPTION, 'utf8')) as Described;
  return Object.entries(paths).flatMap(([path, { post }]) =>
    Object.keys(post?.requestBody?.content ?? {}).map((type) => ({ path, type })),
  );
}

/** The same, and each route with types that it does not take. */
export function allWays(): Way[] {
  const described = describedWays();
  const paths = [...new Set(described.map(({ path }) => path))];
  const others = paths.flatMap((path, at) =>
    (at === 0 ? OTHERS : OTHERS_OF_EACH).map((type) => ({ path, type })),
  );
  const isDescribed = ({ path, type }: Way): boolean =>
    described.some((way) => way.path === path && way.type === type);
  return [...described, ...others.filter((way) => !isDescribed(way))];
}
