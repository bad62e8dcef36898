import { MIB } from './bench-row';
import { type WaySample } from './measure-way';

const WIDTH = 860;
const PANEL = { left: 80, right: 190, top: 34, height: 180, gap: 60 } as const;
const PLOT_WIDTH = WIDTH - PANEL.left - PANEL.right;
const GIB = 1_024 * MIB;
/** Told apart in every kind of colour vision (Okabe and Ito 2008). */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'] as const;
const TICKS = 4;
const LABEL_APART = 15;

interface Line {
  readonly name: string;
  readonly values: readonly number[];
}

interface Panel {
  readonly title: string;
  readonly lines: readonly Line[];
}

/** The smallest of 1, 2, 5, 10, 20 … that is no smaller. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1e-9)));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value) ?? value;
}

const escaped = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

const text = (x: number, y: number, words: string, style = ''): string =>
  `<text x="${x}" y="${y}"${style}>${escaped(words)}</text>`;

/** Names at the lines' ends, moved apart where lines end close together. */
function labels(ends: readonly { readonly y: number; readonly label: string }[]): string[] {
  let last = Number.NEGATIVE_INFINITY;
  return [...ends.keys()]
    .sort((a, b) => ends[a]!.y - ends[b]!.y)
    .map((i) => {
      last = Math.max(ends[i]!.y + 4, last + LABEL_APART);
      const colour = COLOURS[i % COLOURS.length]!;
      return text(WIDTH - PANEL.right + 8, last, ends[i]!.label, ` fill="${colour}"`);
    });
}

function panelOf({ title, lines }: Panel, seconds: readonly number[], top: number): string {
  const most = roundUp(Math.max(...lines.flatMap(({ values }) => values)));
  const end = Math.max(...seconds);
  const x = (second: number): number => PANEL.left + (second / end) * PLOT_WIDTH;
  const y = (value: number): number => top + PANEL.height * (1 - value / most);
  const right = WIDTH - PANEL.right;
  const grid = Array.from({ length: TICKS + 1 }, (_, i) => {
    const value = (most * i) / TICKS;
    const at = y(value).toFixed(1);
    const minute = (end * i) / TICKS;
    return [
      `<line x1="${PANEL.left}" y1="${at}" x2="${right}" y2="${at}" stroke="#ddd"/>`,
      text(
        PANEL.left - 8,
        y(value) + 4,
        String(Number(value.toPrecision(3))),
        ' text-anchor="end"',
      ),
      text(
        x(minute),
        top + PANEL.height + 18,
        `${Number((minute / 60).toPrecision(3))} min`,
        ` text-anchor="${i === TICKS ? 'end' : 'middle'}"`,
      ),
    ].join('');
  });
  const drawn = lines.map(({ values }, i) => {
    const points = values.map(
      (value, at) => `${x(seconds[at]!).toFixed(1)},${y(value).toFixed(1)}`,
    );
    return `<polyline fill="none" stroke="${COLOURS[i % COLOURS.length]!}" stroke-width="2" points="${points.join(' ')}"/>`;
  });
  const ends = lines.map(({ name, values }) => {
    const last = values.at(-1)!;
    return { y: y(last), label: `${name} ${Number(last.toPrecision(3)).toLocaleString('en-US')}` };
  });
  return [
    text(PANEL.left, top - 12, title, ' font-weight="bold"'),
    ...grid,
    ...drawn,
    ...labels(ends),
  ].join('\n');
}

/** Partitions and small tables go together under one name. */
function tableGroup(table: string): string {
  if (table.startsWith('feed.transfer_key')) return 'transfer keys';
  if (table.startsWith('feed.transfer')) return 'transfers';
  if (table.startsWith('feed.identity')) return 'identities';
  return table.startsWith('referral.') ? 'cases, alerts' : 'outbox and others';
}

function tableLines(samples: readonly WaySample[]): Line[] {
  const names = new Set(samples.flatMap(({ tableBytes }) => Object.keys(tableBytes)));
  const groups = [...new Set([...names].map(tableGroup))].sort();
  return groups.map((name) => ({
    name,
    values: samples.map(({ tableBytes }) =>
      Object.entries(tableBytes)
        .filter(([table]) => tableGroup(table) === name)
        .reduce((sum, [, bytes]) => sum + bytes / GIB, 0),
    ),
  }));
}

/** How a system stood over a long run, as an SVG picture. @param samples at least one */
export function soakPicture(samples: readonly WaySample[]): string {
  const seconds = samples.map((sample) => sample.seconds);
  const services = [...new Set(samples.flatMap(({ serviceBytes }) => Object.keys(serviceBytes)))];
  const panels: Panel[] = [
    {
      title: 'Memory of each service, MiB',
      lines: services.map((name) => ({
        name,
        values: samples.map(({ serviceBytes }) => (serviceBytes[name] ?? 0) / MIB),
      })),
    },
    { title: 'Tables with their indexes, GiB', lines: tableLines(samples) },
    {
      title: 'Entries of the log that detection is behind',
      lines: [{ name: 'behind', values: samples.map(({ entriesBehind }) => entriesBehind) }],
    },
  ];
  const step = PANEL.height + PANEL.gap;
  const height = PANEL.top + panels.length * step;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12" role="img">
<title>Memory, table sizes and lag over the run</title>
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
${panels.map((panel, i) => panelOf(panel, seconds, PANEL.top + i * step)).join('\n')}
</svg>
`;
}
