import { describeAmount } from '#domain';
import { type DemoOperation } from '../demo-messages';
import { type AlertSeen, type CaseSeen } from '../findings';
import { counted, describeInstant, labelled } from './layout';
import { type Paint } from './paint';

const INDENT = 7;
const RISK_HIGH = 90;

/** What is still held, by currency; '' where nothing is. */
function stillHeld(alert: AlertSeen): string {
  const held = new Map<string, number>();
  for (const { currency, heldMinor } of alert.wallets) {
    if (heldMinor > 0) held.set(currency, (held.get(currency) ?? 0) + heldMinor);
  }
  const amounts = [...held].map(([currency, minor]) => describeAmount(minor, currency));
  return amounts.length === 0 ? 'nothing still held' : `${amounts.join(', ')} still held`;
}

/** A first line that begins with a marked word, and lines below it that are indented. */
const under = (word: string, mark: (text: string) => string, texts: readonly string[]): string[] =>
  texts
    .flatMap((text, at) => labelled(at === 0 ? word : '', text, INDENT))
    .map((line, at) => (at === 0 ? mark(line.slice(0, INDENT)) + line.slice(INDENT) : line));

/** An alert as it comes, in two lines or a few. Its time is the transfers' own, not this machine's. */
export function alertLines(alert: AlertSeen, paint: Paint): string[] {
  const risk = Math.round(alert.risk);
  const transfers = counted(alert.transfers.length, 'transfer');
  return under('ALERT', risk >= RISK_HIGH ? paint.alarm : paint.warn, [
    `${describeInstant(alert.firstAt)}  risk ${risk}  ${alert.typologies.join(' + ')}`,
    `${transfers}, ${stillHeld(alert)}`,
  ]);
}

export type CaseNews = 'opened' | 'linked';

/** A case that was opened, or that turned out to belong to a known operation. */
export function caseLines(file: CaseSeen, news: CaseNews, paint: Paint): string[] {
  const { heldMinor, currency } = file.money;
  const operations = file.operationIds.join(', ');
  const link = operations === '' ? '' : `linked to known operation ${operations}, `;
  return under('CASE', paint.strong, [
    `${file.id} ${news === 'opened' ? 'opened' : 'has grown'}, ${counted(file.counts.alerts, 'alert')}`,
    `${link}${describeAmount(heldMinor, currency)} still held`,
  ]);
}

/** Marks of a known operation that came to be known while the feed ran. */
export const operationLines = (operation: DemoOperation, paint: Paint): string[] =>
  under('INTEL', paint.strong, [
    `operation ${operation.operationId}, ${counted(operation.indicators, 'indicator')} known from now on`,
    operation.name,
  ]);
