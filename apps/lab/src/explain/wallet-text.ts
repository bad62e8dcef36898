import {
  type AccountView,
  type CreditView,
  type DebitView,
  type OriginView,
  type TrailView,
} from '#flow';
import { sayDuration } from '#typologies';
import { type WalletBefore } from './explanation';
import { instant, type Say } from './say';
import { heading, wrapped } from './text-layout';

/** What was held of a wallet right before the transfer moved. */
export function walletText(title: string, before: WalletBefore | null, say: Say): string {
  if (before === null) {
    return heading(title) + wrapped('Never seen in this currency before: nothing is held.', 2);
  }
  const { view } = before;
  return (
    heading(title) +
    standing(before, say) +
    sums(view, say) +
    windows(view, say) +
    list('Credits, each a lot and a link, newest first', view.credits, (c) => credit(c, say), say) +
    list('Debits, newest first', view.debits, (d) => debit(d, say), say) +
    list(
      'Paid out and covered by nothing; a late credit may still fill it',
      view.uncovered,
      ({ openMinor, atMs }) => wrapped(`${instant(atMs)}  ${say.amount(openMinor)}`, 4),
      say,
    )
  );
}

function standing({ view, firstAtMs, lastAtMs, operationId }: WalletBefore, say: Say): string {
  const known =
    operationId === null
      ? 'not known to belong to any operation'
      : `known to belong to operation ${say.names.operation(operationId)}`;
  return (
    wrapped(`First seen ${instant(firstAtMs)}, last used ${instant(lastAtMs)}; ${known}.`, 2) +
    wrapped(
      `${view.hub ? 'A licensed hub: its money is one pile, and trails end here' : 'No hub'}; ` +
        `${view.newPartners.toFixed(1)} new counterparties of late, with whom it dealt for ` +
        `${say.amount(Math.round(view.newPartnerSum))}.`,
      2,
    )
  );
}

function sums({ sums: s, pile }: AccountView, say: Say): string {
  const { amount } = say;
  const origins = pile.map(
    ({ operationId, amountMinor }) =>
      `${amount(amountMinor)} out of operation ${say.names.operation(operationId)}`,
  );
  return (
    wrapped(
      `Holds ${amount(s.left)} in lots and ${amount(s.mixed)} in the mixed pile` +
        `${origins.length > 0 ? ` (${origins.join(', ')})` : ''}.`,
      2,
    ) +
    wrapped(
      `Laid ${amount(s.laid)} + back-filled ${amount(s.backfilled)} = taken ${amount(s.taken)} + left ` +
        `${amount(s.left)} + mixed ${amount(s.mixed)} + reversed ${amount(s.reversed)}.`,
      2,
    ) +
    wrapped(
      `Paid out ${amount(s.debited)}, of which ${amount(s.uncovered)} was never seen coming in` +
        `${s.shortfall > 0 ? `; reversals missed ${amount(s.shortfall)}` : ''}.`,
      2,
    )
  );
}

function windows(view: AccountView, { amount }: Say): string {
  const lines = view.windows.map(({ spanMs, creditCount, creditSum, debitCount, debitSum }) =>
    wrapped(
      `${sayDuration(spanMs).padEnd(8)} in ${creditCount.toFixed(1)} (${amount(Math.round(creditSum))}), ` +
        `out ${debitCount.toFixed(1)} (${amount(Math.round(debitSum))})`,
      4,
    ),
  );
  return wrapped('Windows, each fading by half in half its span:', 2) + lines.join('');
}

function credit(item: CreditView, say: Say): string {
  const marks = [
    item.personal ? '' : 'not between people',
    item.newPair ? 'new pair' : '',
    item.late ? 'late' : '',
  ].filter(Boolean);
  return (
    wrapped(
      `${instant(item.atMs)}  ${say.amount(item.amountMinor)} from ${say.names.wallet(item.payer)}, ` +
        `left ${say.amount(item.leftMinor)}  [${say.names.transfer(item.transfer)}]` +
        (marks.length > 0 ? `  ${marks.join(', ')}` : ''),
      4,
      8,
    ) + trailText(item, 8, say)
  );
}

function debit(item: DebitView, say: Say): string {
  const marks = [item.personal ? '' : 'not between people', item.newPair ? 'new payee' : ''];
  return wrapped(
    `${instant(item.atMs)}  ${say.amount(item.amountMinor)} to ${say.names.wallet(item.payee)}  ` +
      `[${say.names.transfer(item.transfer)}]  ${marks.filter(Boolean).join(', ')}`.trimEnd(),
    4,
    8,
  );
}

function list<T>(title: string, items: readonly T[], line: (item: T) => string, say: Say): string {
  if (items.length === 0) return wrapped(`${title}: none.`, 2);
  return wrapped(`${title} (${items.length}):`, 2) + say.cut.lines(items, line, 4);
}

interface Trail {
  readonly depth: number;
  readonly ancestors: readonly TrailView[];
  readonly funders: readonly TrailView[];
  readonly coPayees?: readonly TrailView[];
  readonly root: TrailView | null;
  readonly origins: readonly OriginView[];
}

/** By which transfers money got somewhere, and out of which operations. Nothing where it is a first payment. */
export function trailText(trail: Trail, indent: number, say: Say): string {
  const hop = ({ wallet, transfer, amountMinor, atMs }: TrailView): string =>
    `${say.names.wallet(wallet)} ${say.amount(amountMinor)} ${instant(atMs)} [${say.names.transfer(transfer)}]`;
  const part = (title: string, hops: readonly TrailView[]): string =>
    hops.length === 0 ? '' : wrapped(`${title}: ${say.cut.inline(hops.map(hop))}`, indent);
  const root = trail.root === null ? [] : [trail.root];
  const origins = trail.origins.map(
    ({ operationId, share }) =>
      `${Math.round(share * 100)} % out of operation ${say.names.operation(operationId)}`,
  );
  return (
    part(`depth ${trail.depth}; paid by, nearest first`, trail.ancestors) +
    part('the trail began with', root) +
    part('others who paid the payer', trail.funders) +
    part('others whom the payer paid', trail.coPayees ?? []) +
    (origins.length > 0 ? wrapped(origins.join(', '), indent) : '')
  );
}
