import { describeAmount } from '#domain';
import { grouped } from '../feed/progress-line';
import { type Explained } from './explain-transfer';
import { type Explanation } from './explanation';
import { alertText, judgementText, sideText } from './judgement-text';
import { instant, type Say, sayWith } from './say';
import { heading, ListCut, wrapped } from './text-layout';
import { trailText, walletText } from './wallet-text';
import { sayDuration } from '#typologies';

/**
 * An explanation for a terminal.
 *
 * @param all cuts no list short
 */
export function explanationText({ explanation, names }: Explained, all: boolean): string {
  const { transfer, payerBefore, payeeBefore, sides } = explanation;
  const say = sayWith(names, new ListCut(all), transfer.currency);
  const [payer, payee] = [names.wallet(transfer.payer), names.wallet(transfer.payee)];
  return (
    transferText(explanation, say) +
    walletText(`Held before: the payer, ${payer}`, payerBefore, say) +
    walletText(`Held before: the payee, ${payee}`, payeeBefore, say) +
    stepText(explanation, say) +
    sides.map((side) => sideText(side, say)).join('') +
    verdictText(explanation, say) +
    coverageText(explanation, say)
  );
}

function transferText({ transfer, feed, dataSet, pack }: Explanation, say: Say): string {
  const { atMs, type, amountMinor, currency, payerKind, payeeKind } = transfer;
  const party = (key: string, kind: string | null): string =>
    say.names.wallet(key) + (kind === null ? '' : ` (${kind})`);
  const waited =
    feed.rowsRead === feed.row
      ? 'applied as it was read'
      : `applied after ${grouped(feed.rowsRead - feed.row)} more had been read`;
  return (
    wrapped(`Transfer ${say.names.transfer(transfer.position)} of ${dataSet}`) +
    wrapped(
      `${instant(atMs)} UTC  ${type}  ${describeAmount(amountMinor, currency)}  ` +
        `${party(transfer.payer, payerKind)} → ${party(transfer.payee, payeeKind)}`,
      2,
    ) +
    wrapped(
      `Row ${grouped(feed.row)} of the feed, ${waited}: rows wait a moment to be put in order. ` +
        `Pack ${pack.version} (${pack.hash.slice(0, 12)}).`,
      2,
    )
  );
}

function stepText({ step, taken, leaves, transfer }: Explanation, say: Say): string {
  const { carried } = step;
  const { amount, names } = say;
  const kind = step.personal ? 'between people' : 'not between people';
  const knows = carried.payerKnowsPayee
    ? 'had paid the payee before'
    : 'had not paid the payee before';
  const rested = carried.lotMinor === 0 ? '' : `, which had rested ${sayDuration(carried.dwellMs)}`;
  const lots = say.cut.lines(
    taken,
    (lot) =>
      wrapped(
        `${amount(lot.takenMinor)} of ${amount(lot.amountMinor)} that came ${instant(lot.atMs)} from ` +
          `${names.wallet(lot.payer)}  [${names.transfer(lot.position)}]`,
        4,
        8,
      ),
    4,
  );
  const laid =
    step.laid === null
      ? 'Laid no lot: the payee is a hub, or full of credits that are worth more.'
      : `Laid ${amount(step.laid.leftMinor)} as a lot in ${names.wallet(step.payee)}` +
        (step.laid.leftMinor < transfer.amountMinor
          ? '; the rest filled what nothing had covered.'
          : '.');
  return (
    heading('What moved') +
    wrapped(
      `A payment ${kind}${leaves ? ', out of the wallets' : ''}; the payer ${knows}` +
        `${step.newPair ? ', nor the payee been paid by it' : ''}.`,
      2,
    ) +
    wrapped(
      `Of ${amount(step.amountMinor)}, ${amount(carried.coveredMinor)} was seen coming in; lots account for ` +
        `${amount(carried.lotMinor)}${rested}.`,
      2,
    ) +
    (taken.length > 0
      ? wrapped(`Took ${taken.length === 1 ? 'one lot' : `${taken.length} lots`}:`, 2) + lots
      : '') +
    (carried.depth === 1
      ? wrapped('Carried no trail: nothing that came in matches it.', 2)
      : wrapped('Carried on:', 2)) +
    trailText(carried, 4, say) +
    wrapped(laid, 2)
  );
}

function verdictText(
  { judgements, exits, alertsPerThousandWalletsADay: budget }: Explanation,
  say: Say,
): string {
  const nothing =
    judgements.length === 0
      ? wrapped(
          'Neither wallet showed anything at this transfer: nothing was judged, and no alert.',
          2,
        )
      : '';
  return (
    heading('Risk and alerts') +
    nothing +
    judgements.map((judgement) => judgementText(judgement, budget, say)).join('\n') +
    exits
      .map((alert) =>
        wrapped(
          `ALERT REVISED, as money that it relies on leaves the wallets: ${alertText(alert, say)}`,
          2,
        ),
      )
      .join('')
  );
}

/** What the explanation could not know. */
function coverageText({ step, feed, payerBefore, payeeBefore }: Explanation, say: Say): string {
  const never = (who: string, minor: number): string =>
    wrapped(`The ${who} had paid out ${say.amount(minor)} that was never seen coming in.`, 2);
  return (
    heading('Coverage') +
    wrapped(
      step.capsMet.length === 0
        ? 'No limit was met by this transfer.'
        : `Limits met by this transfer, by which something may be missing: ${step.capsMet.join(', ')}.`,
      2,
    ) +
    wrapped(
      `The feed began ${instant(feed.startedAtMs)}, its clock stood at ${instant(feed.clockAtMs)}` +
        `${step.late ? ': the transfer came late' : ''}. ${feed.indicatorsTold} indicators of known operations ` +
        `had been told.`,
      2,
    ) +
    never('payer', payerBefore?.view.sums.uncovered ?? 0) +
    never('payee', payeeBefore?.view.sums.uncovered ?? 0)
  );
}
