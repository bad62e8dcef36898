import { describeAmount } from '#domain';
import { type DemoDone } from '../demo-messages';
import { type Addresses, type CaseSeen, type MoneySeen, type Overview } from '../findings';
import { bar, counted, grouped, labelled, WIDTH } from './layout';
import { type Paint } from './paint';

export interface Summary {
  readonly done: DemoDone;
  readonly overview: Overview;
  /** Whether all that was sent is in the figures. */
  readonly complete: boolean;
  readonly topCase: CaseSeen | null;
  readonly addresses: Addresses;
  readonly keysFile: string;
  /** Of the local issuer; null where there is none. */
  readonly peopleFile: string | null;
  readonly logs: string;
  readonly seed: number;
  /** Transfers per second it was held to; 0 where it was not, or was not sent this time. */
  readonly rate: number;
}

const LABEL = 14;
const BAR_LABEL = 21;
const BAR = 30;
const CURRENCIES_MAX = 4;

/** What the demo came to, at its end. */
export function summaryLines(summary: Summary, paint: Paint): string[] {
  const { overview, topCase } = summary;
  return [
    '',
    title(`The demo feed is in: self-made by apps/lab, seed ${summary.seed}`, paint),
    ...transfers(summary),
    '',
    ...labelled('Alerts', grouped(overview.alerts), LABEL),
    ...typologies(overview),
    ...labelled(
      'Cases',
      `${grouped(overview.cases)}, ${grouped(overview.casesWithOperation)} of them linked to a known operation`,
      LABEL,
    ),
    ...overview.money
      .slice(0, CURRENCIES_MAX)
      .flatMap((money) => ['', ...moneyLines(money, paint)]),
    ...(topCase === null ? [] : ['', ...topCaseLines(topCase, paint)]),
    '',
    ...whereToLook(summary, paint),
  ];
}

const title = (text: string, paint: Paint): string =>
  paint.strong(`── ${text} ${'─'.repeat(Math.max(0, WIDTH - 4 - text.length))}`);

function transfers({ done, rate, complete }: Summary): string[] {
  const { accepted, duplicates, rejected, transfersPerSecond, seconds } = done;
  const counts = `${grouped(accepted)} accepted, ${grouped(duplicates)} duplicate, ${grouped(rejected)} rejected`;
  const pace = rate > 0 ? ` (paced at ${grouped(rate)}/s)` : '';
  const speed = `${grouped(Math.round(transfersPerSecond))} transfers/s over ${seconds.toFixed(1)} s${pace}`;
  return [
    ...labelled('Transfers', counts, LABEL),
    ...labelled('Speed', speed, LABEL),
    ...(complete
      ? []
      : labelled('', 'The services are not through with them yet: more follows.', LABEL)),
  ];
}

function typologies({ alertsByTypology }: Overview): string[] {
  const counts = Object.entries(alertsByTypology)
    .filter(([, count]) => count > 0)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const most = counts[0]?.[1] ?? 1;
  return counts.map(
    ([name, count]) => `  ${name.padEnd(BAR_LABEL)}${drawn(count / most)} ${grouped(count)}`,
  );
}

const drawn = (share: number): string => bar(share, BAR).padEnd(BAR);

/** What was traced is the whole bar; below it, on the same scale, what is gone and what can still be held. */
function moneyLines(money: MoneySeen, paint: Paint): string[] {
  const { tracedMinor, exitedMinor, heldMinor, currency } = money;
  // Spent, or passed on by transfers that no alert relies on.
  const elsewhereMinor = Math.max(0, tracedMinor - exitedMinor - heldMinor);
  const amounts = [tracedMinor, exitedMinor, elsewhereMinor, heldMinor].map((minor) =>
    describeAmount(minor, currency),
  );
  const longest = Math.max(...amounts.map(({ length }) => length));
  const row = (label: string, minor: number, amount: string): string => {
    const share = tracedMinor === 0 ? 0 : minor / tracedMinor;
    return `  ${label.padEnd(BAR_LABEL)}${drawn(share)} ${amount.padStart(longest)}`;
  };
  return [
    'Money',
    row('traced', tracedMinor, amounts[0]!),
    row('gone out', exitedMinor, amounts[1]!),
    row('moved out of sight', elsewhereMinor, amounts[2]!),
    paint.alarm(row('STILL IN WALLETS', heldMinor, amounts[3]!)),
  ];
}

function topCaseLines({ id, risk, counts, narrative }: CaseSeen, paint: Paint): string[] {
  return [
    `${paint.strong('Top case'.padEnd(LABEL))}${id}`,
    ...labelled('', `risk ${Math.round(risk)}, ${counted(counts.alerts, 'alert')}`, LABEL),
    ...labelled('', narrative, LABEL),
  ];
}

function whereToLook(
  { addresses, keysFile, peopleFile, logs, topCase }: Summary,
  paint: Paint,
): string[] {
  const { ingestion, scoring, caseReferral } = addresses;
  return [
    paint.strong('Look around'),
    ...labelled('  ingestion', `${ingestion}/docs`, LABEL + 2),
    ...labelled('  scoring', `${scoring}/docs`, LABEL + 2),
    ...labelled('  case-referral', `${caseReferral}/docs`, LABEL + 2),
    // A path is not broken up: it is there to be copied.
    `  ${'keys'.padEnd(LABEL)}${keysFile}`,
    ...(peopleFile === null ? [] : [`  ${'people'.padEnd(LABEL)}${peopleFile}`]),
    `  ${'logs'.padEnd(LABEL)}${logs}`,
    ...(topCase === null
      ? []
      : ['  the top case, to paste:', ...curl(addresses, keysFile, topCase)]),
  ];
}

/** The key is read when the command is run: neither the terminal nor the shell's history has it. */
function curl({ caseReferral }: Addresses, keysFile: string, { id }: CaseSeen): string[] {
  const key = `node -p 'require(process.argv[1]).staff.analyst' ${shellQuoted(keysFile)}`;
  return [
    `    KEY=$(${key})`,
    '    curl -s -H "Authorization: Bearer $KEY" \\',
    `      ${caseReferral}/v1/cases/${id}`,
  ];
}

const shellQuoted = (text: string): string =>
  /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
