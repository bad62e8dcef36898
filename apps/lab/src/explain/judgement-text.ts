import { type AlertView, type Asked, type JudgementView, type SideAsked } from './explanation';
import { checkText } from './check-text';
import { instant, type Say } from './say';
import { heading, wrapped } from './text-layout';

/** Typologies are named in a column of their own. */
const NAME_COLUMNS = 21;

const signed = (logOdds: number): string =>
  `${logOdds < 0 ? '−' : '+'}${Math.abs(logOdds).toFixed(2)}`;

/** What was asked of one wallet: each typology and circumstance, and why it was or was not seen. */
export function sideText(
  { side, wallet, hub, typologies, circumstances }: SideAsked,
  say: Say,
): string {
  const title = heading(`Asked of the ${side}, ${say.names.wallet(wallet)}`);
  if (hub) {
    return title + wrapped('A licensed hub: nothing is asked of it, it serves everyone.', 2);
  }
  const base = typologies.some(({ seen }) => seen !== null)
    ? ''
    : wrapped('No typology saw anything, so the wallet was not judged at this transfer.', 2);
  return (
    title +
    typologies.map((asked) => askedText(asked, say)).join('') +
    wrapped('Circumstances, which only add weight to what a typology has seen:', 2) +
    circumstances.map((asked) => askedText(asked, say)).join('') +
    base
  );
}

function askedText({ name, seen, checks }: Asked, say: Say): string {
  const transferOf = (position: number): string => say.names.transfer(position);
  const said = checks.map((check) => checkText(check, say.currency, transferOf));
  const head = `  ${name.padEnd(NAME_COLUMNS)}`;
  const indent = head.length;
  if (seen !== null) {
    const relied = seen.evidence.map(({ position }) => transferOf(position));
    const evidence =
      relied.length === 0 ? '' : wrapped(`relies on ${say.cut.inline(relied)}`, indent);
    const all = say.cut.all ? said.map((text) => wrapped(`· ${text}`, indent)).join('') : '';
    return headed(head, `SEEN ${signed(seen.logOdds)}: ${seen.sentence}`) + evidence + all;
  }
  const why = failing(checks);
  const others = checks.map((check, i) => ({ check, text: said[i]! })).filter((_, i) => i !== why);
  const shown = others.filter(
    ({ check }) =>
      say.cut.all || (check.measure !== null && (!check.held || check.position === null)),
  );
  return (
    headed(head, `not seen: ${why < 0 ? 'nothing was asked' : said[why]!}`) +
    shown
      .map(({ check, text }) => wrapped(`${check.held ? '· held' : '· missed'}: ${text}`, indent))
      .join('')
  );
}

/** The last condition that did not hold: it is where the looking ended. */
const failing = (checks: Asked['checks']): number => checks.findLastIndex(({ held }) => !held);

const headed = (head: string, text: string): string =>
  head + wrapped(text, head.length).slice(head.length);

/** What a wallet's signals came to, what an alert wants, and what became of it. */
export function judgementText(judgement: JudgementView, budget: number, say: Say): string {
  const { wallet, ofItsPast, terms, base, risk, confirmed, rules, evidence } = judgement;
  const of = ofItsPast ? 'its past, on its becoming known' : 'what it shows together';
  const lines = terms.map(({ name, family, logOdds, sentence, atMs }) =>
    headed(
      `    ${signed(logOdds)}  ${name.padEnd(NAME_COLUMNS)}`,
      `${sentence} (${family}${atMs === null ? '' : `, seen ${instant(atMs)}`})`,
    ),
  );
  const transferOf = (position: number): string => say.names.transfer(position);
  const how = confirmed
    ? 'It is a confirmed indicator: two families are not asked for, and the bar is the lowest.'
    : `The bar is what the budget of ${budget} alerts per 1,000 active wallets a day left at that moment.`;
  return (
    wrapped(`${say.names.wallet(wallet)}, ${of}:`, 2) +
    wrapped(`${signed(base)}  of which nothing is known`, 4) +
    lines.join('') +
    wrapped(`comes to a risk of ${risk.toFixed(1)} of 100. ${how}`, 4, 4) +
    rules
      .map((rule) =>
        wrapped(
          `${rule.held ? '· held' : '· missed'}: ${checkText(rule, say.currency, transferOf)}`,
          4,
        ),
      )
      .join('') +
    wrapped(
      `would name ${say.cut.inline(evidence.map(({ position }) => transferOf(position)))}`,
      4,
    ) +
    wrapped(outcome(judgement, say), 4) +
    (judgement.alert !== null && judgement.alert.risk > risk
      ? wrapped('An alert keeps the strongest of every term that it has seen: hence its risk.', 4)
      : '')
  );
}

function outcome({ outcome: became, alert, continues }: JudgementView, say: Say): string {
  switch (became) {
    case 'missed':
      return 'NO ALERT.';
    case 'nothing new':
      return `NOTHING NEW: the open alert ${continues ?? ''} says all of it already.`;
    case 'raised':
      return `ALERT RAISED: ${alertText(alert!, say)}`;
    case 'revised':
      return `ALERT REVISED: ${alertText(alert!, say)}`;
    default:
      return became satisfies never;
  }
}

export const alertText = ({ id, revision, risk, positions }: AlertView, say: Say): string =>
  `${id}, revision ${revision}, risk ${risk.toFixed(1)}, naming ` +
  say.cut.inline(positions.map((position) => say.names.transfer(position)));
