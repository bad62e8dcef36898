import { type Alert, type EvidenceTransfer } from '#contracts';
import { AppError, type EventTimeMs, formatEventTime, transferKey } from '#domain';
import { sha256OfCanonical } from '../canonical-hash';
import { type LinkedOperation } from '../cases/case-material';
import { type CasePicture } from '../cases/case-picture';
import {
  type CaseMoney,
  type CaseWallet,
  type CurrencyPicture,
  type LayerFlow,
} from '../cases/currency-picture';

/** A dossier is complete or it is none: a case beyond this is not referred in one piece. */
export const DOSSIER_TRANSFERS_MAX = 100_000;

export const DOSSIER_SCHEMA = 'layerwatch.dossier.v1';

/** How the amounts of one currency add up. Amounts in minor units. */
export interface DossierTotals extends CaseMoney {
  readonly transfers: number;
  /** Of the schedule; of what the subjects received; of what they paid; of the fund flow. All the same. */
  readonly scheduleMinor: number;
  readonly receivedMinor: number;
  readonly paidMinor: number;
  readonly fundFlowMinor: number;
  /** What wallets that are no source paid beyond what the case saw them receive. */
  readonly uncoveredMinor: number;
  /** Received, no exit, and not paid on by a transfer of the schedule. */
  readonly unspentMinor: number;
  /** The four sums are equal, and traced + uncovered = exited + unspent. */
  readonly reconciles: boolean;
}

/** One alert: what was seen, why it counts, and the transfers that make it true. */
export interface DossierSignal {
  readonly alertId: string;
  readonly revision: number;
  readonly typologies: Alert['typologies'];
  readonly risk: number;
  readonly firstAt: string;
  readonly updatedAt: string;
  readonly pack: Alert['pack'];
  readonly terms: Alert['terms'];
  readonly transfers: Alert['transfers'];
}

/** Everything a referral relies on, as one document. Amounts in minor units of the currency beside them. */
export interface Dossier {
  readonly schema: typeof DOSSIER_SCHEMA;
  readonly header: {
    readonly caseId: string;
    readonly caseRevision: number;
    readonly author: string;
    /** By our clock; every other instant is event time. */
    readonly proposedAt: string;
    readonly openedAt: string;
    /** The latest event time that anything in the case was told of. */
    readonly dataCutOff: string;
    readonly risk: number;
    readonly packs: readonly Alert['pack'][];
    /** Money that may still be held, and until when some of it cannot be cashed out. */
    readonly reachable: readonly { readonly currency: string; readonly heldMinor: number }[];
    readonly coolOffEndsAt: string | null;
  };
  readonly grounds: string;
  readonly narrative: string;
  readonly subjects: readonly CaseWallet[];
  readonly transferSchedule: readonly EvidenceTransfer[];
  readonly totals: readonly DossierTotals[];
  readonly fundFlow: readonly (LayerFlow & { readonly currency: string })[];
  readonly exits: readonly (CurrencyPicture['exits'][number] & { readonly currency: string })[];
  readonly operationLinkage: {
    readonly statement: string;
    readonly operations: readonly LinkedOperation[];
  };
  readonly signals: readonly DossierSignal[];
  readonly dataGaps: {
    readonly statements: readonly string[];
    readonly alerts: readonly {
      readonly alertId: string;
      readonly capsMet: readonly string[];
      readonly uncoveredMinor: number;
    }[];
  };
  readonly method: readonly string[];
  readonly integrity: {
    readonly hash: 'SHA-256';
    readonly canonicalForm: 'RFC 8785';
    readonly statement: string;
  };
}

/** A case as it stands, with its alerts in full. */
export interface ReferredCase {
  readonly picture: CasePicture;
  readonly revision: number;
  readonly alerts: readonly Alert[];
}

/** How the figures came about, for whoever has to answer for them. */
const METHOD: readonly string[] = [
  'Transfers are listed in order of time; among those of one instant a wallet pays after it receives.',
  'A payment first takes what its payer received in this schedule. What goes beyond it is traced where the payer is a source, and uncovered elsewhere.',
  'A layer is the fewest hops from a source in order of time. An exit is cash at an agent, crypto, a payment abroad, or one to a wallet whose provider declares that it serves everyone.',
  'What is held is what the wallet has left of the credits in this schedule. A payment is set against recent credits out of a known operation first, then against other recent ones; among those, against credits of matching amount, then the newest. This decides where to look first; it is not a legal tracing of funds.',
  'Roles say what the transfers show, not what a holder knew or intended.',
];

const INTEGRITY_STATEMENT =
  'The schedule holds every transfer that the signals rely on, as the provider reported it and as it was stored on receipt. ' +
  'The hash beside this document is over its canonical JSON form; changing any character of it changes the hash.';

/**
 * Draws up the dossier of a case: a pure function of the case, the author and the time.
 *
 * @param proposedAtMs by our clock
 * @throws AppError TOO_LARGE where the case has more transfers than {@link DOSSIER_TRANSFERS_MAX}
 */
export function drawUpDossier(
  { picture, revision, alerts }: ReferredCase,
  author: string,
  proposedAtMs: EventTimeMs,
): Dossier {
  if (picture.transfers.length > DOSSIER_TRANSFERS_MAX) {
    throw new AppError(
      'TOO_LARGE',
      `a case of more than ${DOSSIER_TRANSFERS_MAX} transfers cannot be referred in one dossier`,
    );
  }
  const inOrder = [...alerts].sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    schema: DOSSIER_SCHEMA,
    header: {
      caseId: picture.id,
      caseRevision: revision,
      author,
      proposedAt: formatEventTime(proposedAtMs),
      openedAt: picture.openedAt,
      dataCutOff: picture.asOf,
      risk: picture.risk,
      packs: packsOf(inOrder),
      reachable: picture.moneyByCurrency.map(({ currency, heldMinor }) => ({
        currency,
        heldMinor,
      })),
      coolOffEndsAt: picture.coolOffEndsAt,
    },
    grounds: groundsOf(picture, inOrder),
    narrative: picture.narrative,
    subjects: picture.wallets,
    transferSchedule: picture.transfers,
    totals: picture.currencies.map(totalsOf),
    fundFlow: picture.currencies.flatMap(({ currency, fundFlow }) =>
      fundFlow.map((flow) => ({ ...flow, currency })),
    ),
    exits: picture.currencies.flatMap(({ currency, exits }) =>
      exits.map((exit) => ({ ...exit, currency })),
    ),
    operationLinkage: linkageOf(picture),
    signals: inOrder.map(signalOf),
    dataGaps: gapsOf(picture, inOrder),
    method: METHOD,
    integrity: { hash: 'SHA-256', canonicalForm: 'RFC 8785', statement: INTEGRITY_STATEMENT },
  };
}

/** The hash of what a dossier says, whoever proposes it and when. */
export const contentHash = (dossier: Dossier): string =>
  // A key without a value has no place in the canonical form.
  sha256OfCanonical({
    ...dossier,
    header: {
      ...dossier.header,
      author: undefined,
      proposedAt: undefined,
      // It rises with what was told of the case, whether or not that changed what it says.
      caseRevision: undefined,
    },
  });

const signalOf = (alert: Alert): DossierSignal => ({
  alertId: alert.id,
  revision: alert.revision,
  typologies: alert.typologies,
  risk: alert.risk,
  firstAt: alert.firstAt,
  updatedAt: alert.updatedAt,
  pack: alert.pack,
  terms: alert.terms,
  transfers: alert.transfers,
});

function packsOf(alerts: readonly Alert[]): Alert['pack'][] {
  const packs = new Map(alerts.map(({ pack }) => [`${pack.version} ${pack.hash}`, pack]));
  return [...packs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pack]) => pack);
}

/** 'PASS_THROUGH' is 'pass-through'. */
const inWords = (name: string): string => name.toLowerCase().replaceAll('_', '-');

function groundsOf(picture: CasePicture, alerts: readonly Alert[]): string {
  const typologies = [...new Set(alerts.flatMap((alert) => alert.typologies))].sort().map(inWords);
  const alertCount = alerts.length === 1 ? '1 alert' : `${alerts.length} alerts`;
  const first = picture.transfers[0]?.occurredAt;
  const last = picture.transfers.at(-1)?.occurredAt;
  const rest =
    first === undefined || last === undefined
      ? ''
      : `, resting on ${picture.transfers.length} transfers from ${first} to ${last}`;
  return (
    `${alertCount} of risk up to ${picture.risk} of 100 (${typologies.join(', ')})${rest}. ` +
    picture.narrative
  );
}

function linkageOf({ operationIds, operations }: CasePicture): Dossier['operationLinkage'] {
  if (operationIds.length === 0) {
    return {
      statement: 'No link to a known operation was found as of the data cut-off.',
      operations,
    };
  }
  const byWallet = operations.filter(({ wallets }) => wallets.length > 0).length;
  return {
    statement:
      `Linked to ${operationIds.length} known operation(s). For ${byWallet} of them a wallet of this case is an indicator; ` +
      'for the rest money or an identifier leads to one, as the signals say.',
    operations,
  };
}

function totalsOf(currency: CurrencyPicture): DossierTotals {
  const add = (amounts: readonly number[]): number => amounts.reduce((a, b) => a + b, 0);
  const { money, sumMinor, uncoveredMinor, unspentMinor } = currency;
  const receivedMinor = add(currency.wallets.map(({ inMinor }) => inMinor));
  const paidMinor = add(currency.wallets.map(({ outMinor }) => outMinor));
  const fundFlowMinor = add(currency.fundFlow.map(({ amountMinor }) => amountMinor));
  return {
    ...money,
    transfers: currency.transfers,
    scheduleMinor: sumMinor,
    receivedMinor,
    paidMinor,
    fundFlowMinor,
    uncoveredMinor,
    unspentMinor,
    reconciles:
      sumMinor === receivedMinor &&
      sumMinor === paidMinor &&
      sumMinor === fundFlowMinor &&
      money.tracedMinor === money.exitedMinor + unspentMinor,
  };
}

/** What an alert from before it was told does not have is left open. */
const hasGaps = ({
  capsMet,
  uncoveredMinor,
  typologiesOff,
}: Partial<Alert['coverage']> & Pick<Alert['coverage'], 'capsMet' | 'uncoveredMinor'>): boolean =>
  capsMet.length > 0 || uncoveredMinor > 0 || (typologiesOff ?? []).length > 0;

function gapsOf(picture: CasePicture, alerts: readonly Alert[]): Dossier['dataGaps'] {
  const gaps = alerts
    .filter(({ coverage }) => hasGaps(coverage))
    .map(({ id, coverage }) => ({ alertId: id, ...coverage }));
  const statements = [
    'Subjects are wallets. Who holds them is known to their providers and is no part of this dossier.',
    gaps.length === 0
      ? 'No limit of detection was met, no typology was off, and every payment of the wallets that the alerts stand on was covered by money seen coming in.'
      : `For ${gaps.length} alert(s) a limit of detection was met, a typology was off, or money was paid out that was not seen coming in; see below.`,
  ];
  if (picture.currencies.some(({ uncoveredMinor }) => uncoveredMinor > 0)) {
    statements.push(
      'Some wallets that received paid on more than that; the totals give it as uncovered, and it is part of what was traced.',
    );
  }
  // An alert from before this was told has no list.
  const coverages: readonly Partial<Alert['coverage']>[] = alerts.map(({ coverage }) => coverage);
  const reversed = coverages.flatMap(({ reversedTransfers }) => reversedTransfers ?? []);
  if (reversed.length > 0) {
    statements.push(
      `${new Set(reversed.map(transferKey)).size} of the transfers relied on have been reversed since; the alerts name them.`,
    );
  }
  return { statements, alerts: gaps };
}
