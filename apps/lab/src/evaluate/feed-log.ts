import { type LogPosition, type TransferEntry } from '#contracts';
import {
  invariant,
  PARTY_KINDS,
  type Party,
  type PartyKind,
  type Transfer,
  TRANSFER_STATUSES,
  TRANSFER_TYPES,
  walletKey,
  walletOfKey,
  MARK_KINDS,
  type MarkKind,
  type Marks,
  toldMarks,
} from '#domain';

/** A row of a data set's transfers, 0 for the first: how the lab names a transfer. */
export type RowIndex = number;

/** The provider that the lab's wallets belong to where a row names none. */
export const LAB_PROVIDER = 'lab';

/** Rows are named with as many digits, so that ids sort as rows do: among equal times the engine goes by them. */
const ROW_DIGITS = 8;

const NONE = -1;
const NO_TOKENS: readonly string[] = [];

/** What a row tells of later reports of the same transfer, and of what it reverses. */
export interface RowTies {
  /** The row that first told of this transfer; null where this one does. */
  readonly first: RowIndex | null;
  /** Where the type is REVERSAL, the row of the transfer that is taken back; null where unknown. */
  readonly reversed: RowIndex | null;
}

export interface NewRow {
  readonly transfer: Omit<Transfer, 'provider' | 'transferId'>;
  readonly debtorTokens: readonly string[];
  readonly creditorTokens: readonly string[];
  readonly marks?: Marks;
  readonly ties: RowTies;
}

/** Texts, each kept once and known by a number. */
class Texts {
  private readonly numbers = new Map<string, number>();
  private readonly texts: string[] = [];

  numberOf(text: string): number {
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    this.numbers.set(text, this.texts.length);
    return this.texts.push(text) - 1;
  }

  textOf(number: number): string {
    return this.texts[number]!;
  }

  get size(): number {
    return this.texts.length;
  }
}

/**
 * A data set's transfers in memory, under 60 bytes a row and its wallets: parsing is the dearest part of reading a set, and five
 * runs over it must not parse five times. It hands out the log entries that the service would read, except that each
 * transfer is renamed after its row: no spelling of the data set's author reaches the engine.
 */
export class FeedLog {
  size = 0;
  private readonly at: Float64Array;
  private readonly amount: Float64Array;
  private readonly debtor: Int32Array;
  private readonly creditor: Int32Array;
  private readonly debtorTokens: Int32Array;
  private readonly creditorTokens: Int32Array;
  private readonly first: Int32Array;
  private readonly reversed: Int32Array;
  private readonly currency: Uint16Array;
  private readonly type: Uint8Array;
  private readonly status: Uint8Array;
  /** One above the kind's place in PARTY_KINDS; 0 where the row names none. */
  private readonly debtorKind: Uint8Array;
  private readonly creditorKind: Uint8Array;
  /** Of the tier and opening date that the row tells; NONE where it tells neither. */
  private readonly debtorTold: Int32Array;
  private readonly creditorTold: Int32Array;
  /** Of each mark; NONE where the row tells none. */
  private readonly marks: Readonly<Record<MarkKind, Int32Array>>;
  private readonly wallets = new Texts();
  private readonly tokens = new Texts();
  private readonly currencies = new Texts();
  private readonly told = new Texts();
  private readonly parties: { readonly party: Party; readonly told: number }[] = [];

  /** @param rowsMax no more can be added */
  constructor(readonly rowsMax: number) {
    this.at = new Float64Array(rowsMax);
    this.amount = new Float64Array(rowsMax);
    const numbers = (): Int32Array => new Int32Array(rowsMax);
    const bytes = (): Uint8Array => new Uint8Array(rowsMax);
    [this.debtor, this.creditor] = [numbers(), numbers()];
    [this.debtorTokens, this.creditorTokens] = [numbers(), numbers()];
    [this.first, this.reversed] = [numbers(), numbers()];
    [this.debtorTold, this.creditorTold] = [numbers(), numbers()];
    this.marks = { handset: numbers(), sim: numbers(), person: numbers(), agent: numbers() };
    this.currency = new Uint16Array(rowsMax);
    [this.type, this.status] = [bytes(), bytes()];
    [this.debtorKind, this.creditorKind] = [bytes(), bytes()];
  }

  add({ transfer, ties, ...told }: NewRow): RowIndex {
    const row = this.size;
    invariant(row < this.rowsMax, 'a feed log has room for the rows it was made for');
    this.at[row] = transfer.occurredAtMs;
    this.amount[row] = transfer.amountMinor;
    this.debtor[row] = this.wallets.numberOf(walletKey(transfer.debtor));
    this.creditor[row] = this.wallets.numberOf(walletKey(transfer.creditor));
    this.debtorTokens[row] = this.tokensNumber(told.debtorTokens);
    this.creditorTokens[row] = this.tokensNumber(told.creditorTokens);
    for (const kind of MARK_KINDS) {
      const mark = told.marks?.[kind];
      this.marks[kind][row] = this.tokensNumber(mark === undefined ? [] : [mark]);
    }
    this.first[row] = ties.first ?? NONE;
    this.reversed[row] = ties.reversed ?? NONE;
    this.currency[row] = this.currencies.numberOf(transfer.currency);
    this.type[row] = TRANSFER_TYPES.indexOf(transfer.type);
    this.status[row] = TRANSFER_STATUSES.indexOf(transfer.status);
    this.debtorKind[row] = kindNumber(transfer.debtor.kind);
    this.creditorKind[row] = kindNumber(transfer.creditor.kind);
    this.debtorTold[row] = this.toldNumber(transfer.debtor);
    this.creditorTold[row] = this.toldNumber(transfer.creditor);
    this.size += 1;
    return row;
  }

  /** Where a row lies in the log. Odd positions are left for control entries. */
  positionOf(row: RowIndex): LogPosition {
    return 2 * row + 2;
  }

  /** The position right before a row, for a control entry. */
  positionBefore(row: RowIndex): LogPosition {
    return 2 * row + 1;
  }

  rowOf(position: LogPosition): RowIndex {
    const row = position / 2 - 1;
    invariant(Number.isInteger(row) && row >= 0 && row < this.size, 'a position names a transfer');
    return row;
  }

  /** False for a row that only tells of a transfer's later status. */
  isTransfer(row: RowIndex): boolean {
    return this.first[row] === NONE;
  }

  /** The row that first told of the transfer that this row tells of. */
  transferOf(row: RowIndex): RowIndex {
    const first = this.first[row]!;
    return first === NONE ? row : first;
  }

  atMs(row: RowIndex): number {
    return this.at[row]!;
  }

  amountMinor(row: RowIndex): number {
    return this.amount[row]!;
  }

  /** A number that stands for the payer's wallet, from 0 up. */
  debtorOf(row: RowIndex): number {
    return this.debtor[row]!;
  }

  creditorOf(row: RowIndex): number {
    return this.creditor[row]!;
  }

  currencyOf(row: RowIndex): string {
    return this.currencies.textOf(this.currency[row]!);
  }

  walletKey(wallet: number): string {
    return this.wallets.textOf(wallet);
  }

  get walletCount(): number {
    return this.wallets.size;
  }

  /** The entry as the service's log would tell it. */
  entry(row: RowIndex): TransferEntry {
    const first = this.first[row]!;
    const original = first === NONE ? this.reversed[row]! : first;
    const mark = (kind: MarkKind): string | undefined => this.tokensOf(this.marks[kind][row]!)[0];
    return {
      kind: 'transfer',
      position: this.positionOf(row),
      originalPosition: original === NONE ? null : this.positionOf(original),
      debtorTokens: this.tokensOf(this.debtorTokens[row]!),
      creditorTokens: this.tokensOf(this.creditorTokens[row]!),
      ...toldMarks({
        handset: mark('handset'),
        sim: mark('sim'),
        person: mark('person'),
        agent: mark('agent'),
      }),
      transfer: {
        provider: LAB_PROVIDER,
        transferId: String(this.transferOf(row)).padStart(ROW_DIGITS, '0'),
        occurredAtMs: this.at[row]!,
        type: TRANSFER_TYPES[this.type[row]!]!,
        status: TRANSFER_STATUSES[this.status[row]!]!,
        amountMinor: this.amount[row]!,
        currency: this.currencyOf(row),
        debtor: this.party(this.debtor[row]!, this.debtorKind[row]!, this.debtorTold[row]!),
        creditor: this.party(this.creditor[row]!, this.creditorKind[row]!, this.creditorTold[row]!),
      },
    };
  }

  /**
   * Made once a wallet, unless what is told of it changes: cut out of its key for every row, it cost more than reading the
   * file.
   */
  private party(wallet: number, kindNumber: number, told: number): Party {
    const kind = kindOf(kindNumber);
    const known = this.parties[wallet];
    if (known?.party.kind === kind && known.told === told) return known.party;
    const [openedAt, tier] = told === NONE ? [] : this.told.textOf(told).split('\n');
    const party = {
      ...{ ...walletOfKey(this.walletKey(wallet)), kind },
      ...(tier ? { tier } : {}),
      ...(openedAt ? { openedAtMs: Number(openedAt) } : {}),
    };
    this.parties[wallet] = { party, told };
    return party;
  }

  private toldNumber({ openedAtMs, tier }: Party): number {
    if (openedAtMs == null && tier === undefined) return NONE;
    return this.told.numberOf(`${openedAtMs ?? ''}\n${tier ?? ''}`);
  }

  private tokensNumber(tokens: readonly string[]): number {
    return tokens.length === 0 ? NONE : this.tokens.numberOf(tokens.join('\n'));
  }

  private tokensOf(number: number): readonly string[] {
    return number === NONE ? NO_TOKENS : this.tokens.textOf(number).split('\n');
  }
}

const kindNumber = (kind: PartyKind | null): number =>
  kind === null ? 0 : PARTY_KINDS.indexOf(kind) + 1;

const kindOf = (number: number): PartyKind | null =>
  number === 0 ? null : PARTY_KINDS[number - 1]!;
