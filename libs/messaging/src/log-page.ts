import { millisOfSeconds, wordOf } from './log-values';
import { eventOf, type EventColumns, TOLD } from './log-event';
import {
  CONTROL_KINDS,
  type ControlEntry,
  type LogEntry,
  type LogPosition,
  type TransferEntry,
} from '#contracts';
import {
  type IdentifierType,
  invariant,
  isHub,
  type Party,
  PARTY_KINDS,
  type PartyKind,
  TRANSFER_STATUSES,
  TRANSFER_TYPES,
  type TransferStatus,
  type TransferType,
  cashedOutAt,
  toldMarks,
  type Transfer,
} from '#domain';

/** Between two lines of a column: neither tokens nor words of closed sets hold it. */
const BETWEEN = '\n';

/**
 * A page of the log as {@link PAGE_STATEMENT} gives it: one row, whose columns are one value a transfer: tokens and
 * words of closed sets as one text, a line each; everything else as a JSON array. Null where there are no transfers, or no values.
 */
export interface PageColumns {
  readonly positions: readonly LogPosition[] | null;
  readonly providers: readonly string[] | null;
  readonly transfer_ids: readonly string[] | null;
  readonly facts: string | null;
  /** Seconds since 1970 with their fraction, as the nearest doubles. */
  readonly seconds: readonly number[] | null;
  readonly amounts: readonly number[] | null;
  /** Null where it is the reporting provider's own wallet. */
  readonly debtor_providers: readonly (string | null)[] | null;
  readonly debtor_wallets: readonly string[] | null;
  readonly creditor_providers: readonly (string | null)[] | null;
  readonly creditor_wallets: readonly string[] | null;
  /** What few transfers have comes with the positions of those that have it, ascending. */
  readonly original_at: readonly LogPosition[] | null;
  readonly originals: readonly LogPosition[] | null;
  readonly debtor_tokens_at: readonly LogPosition[] | null;
  /** Of one transfer with a space between them. */
  readonly debtor_tokens: string | null;
  readonly creditor_tokens_at: readonly LogPosition[] | null;
  readonly creditor_tokens: string | null;
  /** Of hubs only: nobody else's age is asked for. As ingestion spells an instant. */
  readonly debtor_opened_at: readonly LogPosition[] | null;
  readonly debtor_opened: readonly string[] | null;
  readonly creditor_opened_at: readonly LogPosition[] | null;
  readonly creditor_opened: readonly string[] | null;
  readonly debtor_tier_at: readonly LogPosition[] | null;
  readonly debtor_tiers: readonly string[] | null;
  readonly creditor_tier_at: readonly LogPosition[] | null;
  readonly creditor_tiers: readonly string[] | null;
  /** Of cash out only. */
  readonly agent_at: readonly LogPosition[] | null;
  readonly agents: readonly string[] | null;
  readonly history_at: readonly LogPosition[] | null;
  readonly control: readonly (readonly [LogPosition, string, unknown])[] | null;
  readonly events: readonly EventColumns[] | null;
}

const lines = (text: string): string => `string_agg(${text}, E'\\n')`;

/** Whose age detection asks for (libs/flow, hub.ts). */
const HUB_KINDS = PARTY_KINDS.filter(isHub).join();

/**
 * $1: after this position; $2: at most so many transfers, and as many events; $3: up to this position.
 *
 * Postgres turns the page into columns, so that the driver handles some twenty values a page rather than as many a row,
 * and the strings and numbers of a column are made in one go. That costs this process less than half of what rows cost it,
 * and the server no more (`npm run bench -- --only rebuild` measures both). Lines of text cost both less than JSON.
 *
 * What the other provider of a payment had told before is left out: it moves nothing.
 *
 * One statement, so that all logs are read as of one instant: an entry of one that is missing here cannot have a position
 * below one of another that is present. Where the page is full of events it ends with the last of them; where it is full of
 * transfers, the others come up to its last transfer only. Events are few beside transfers: they come as rows.
 */
export const PAGE_STATEMENT = `
  with full_of_events as materialized (
    select coalesce((
      select position from feed.event where position > $1 and position <= $3 order by position offset $2::bigint - 1 limit 1
    ), $3) as until
  )
  select page.*, (
    select json_agg(json_build_array(
      position, provider_id, event_id, type, date_part('epoch', occurred_at), nullif(wallet_provider, provider_id),
      wallet_id, particulars #>> '{caller,msisdn}', particulars #>> '{callee,msisdn}', ${TOLD}
    ) order by position)
    from feed.event where position > $1 and position <= page.until
  ) as events, (
    select json_agg(json_build_array(position, name, body) order by position)
    from intel.control_entry where position > $1 and position <= page.until
  ) as control
  from (
    select
      json_agg(position) as positions,
      json_agg(provider_id) as providers,
      json_agg(transfer_id) as transfer_ids,
      -- Words of closed sets, of which a log has a few dozen combinations; none holds a space.
      ${lines(`status || ' ' || type || ' ' || currency || ' ' ||
        coalesce(debtor_kind, '') || ' ' || coalesce(creditor_kind, '')`)} as facts,
      -- extract() would compute in numeric, which costs more than finding the row.
      json_agg(date_part('epoch', occurred_at)) as seconds,
      json_agg(amount_minor) as amounts,
      json_agg(nullif(debtor_provider, provider_id)) as debtor_providers,
      json_agg(debtor_wallet) as debtor_wallets,
      json_agg(nullif(creditor_provider, provider_id)) as creditor_providers,
      json_agg(creditor_wallet) as creditor_wallets,
      json_agg(position) filter (where original_position is not null) as original_at,
      json_agg(original_position) filter (where original_position is not null) as originals,
      json_agg(position) filter (where debtor_tokens is not null) as debtor_tokens_at,
      ${lines(`array_to_string(debtor_tokens, ' ')`)} filter (where debtor_tokens is not null) as debtor_tokens,
      json_agg(position) filter (where creditor_tokens is not null) as creditor_tokens_at,
      ${lines(`array_to_string(creditor_tokens, ' ')`)} filter (where creditor_tokens is not null) as creditor_tokens,
      json_agg(position) filter (where debtor_opened is not null) as debtor_opened_at,
      json_agg(debtor_opened) filter (where debtor_opened is not null) as debtor_opened,
      json_agg(position) filter (where creditor_opened is not null) as creditor_opened_at,
      json_agg(creditor_opened) filter (where creditor_opened is not null) as creditor_opened,
      json_agg(position) filter (where debtor_tier is not null) as debtor_tier_at,
      json_agg(debtor_tier) filter (where debtor_tier is not null) as debtor_tiers,
      json_agg(position) filter (where creditor_tier is not null) as creditor_tier_at,
      json_agg(creditor_tier) filter (where creditor_tier is not null) as creditor_tiers,
      json_agg(position) filter (where agent is not null) as agent_at,
      json_agg(agent) filter (where agent is not null) as agents,
      json_agg(position) filter (where history) as history_at,
      case when count(*) = $2 then max(position) else (select until from full_of_events) end as until
    from (
      -- Looked up once a row: the limit keeps this apart from what is made of it.
      select *,
        case when debtor_kind = any ('{${HUB_KINDS}}') then particulars #>> '{debtor,openedAt}' end as debtor_opened,
        case when creditor_kind = any ('{${HUB_KINDS}}') then particulars #>> '{creditor,openedAt}' end as creditor_opened,
        particulars #>> '{debtor,tier}' as debtor_tier,
        particulars #>> '{creditor,tier}' as creditor_tier,
        case when type = 'CASH_OUT' then particulars ->> 'agentId' end as agent
      from feed.transfer
      where position > $1 and position <= (select until from full_of_events) and not echo order by position limit $2
    ) as told
  ) as page`;

const NO_TOKENS: readonly string[] = [];
interface Facts {
  readonly status: TransferStatus;
  readonly type: TransferType;
  readonly currency: string;
  readonly debtorKind: PartyKind | null;
  readonly creditorKind: PartyKind | null;
}

function parseFacts(text: string): Facts {
  const words = text.split(' ');
  const [status, type, currency, debtorKind, creditorKind] = words;
  invariant(words.length === 5 && currency !== '', 'no word of the log is empty or holds a space');
  return {
    status: wordOf(TRANSFER_STATUSES, status),
    type: wordOf(TRANSFER_TYPES, type),
    currency: currency!,
    debtorKind: debtorKind === '' ? null : wordOf(PARTY_KINDS, debtorKind),
    creditorKind: creditorKind === '' ? null : wordOf(PARTY_KINDS, creditorKind),
  };
}

/** Far more combinations than a log has; one that has more is read all the same, only less quickly. */
const FACTS_KNOWN_MAX = 4_096;

/** Reads each combination of words once. */
export class FactsReader {
  private readonly known = new Map<string, Facts>();

  read(text: string): Facts {
    let facts = this.known.get(text);
    if (facts === undefined) {
      // A copy: cut out of its page, it would keep the whole page alive.
      const own = Buffer.from(text).toString();
      facts = parseFacts(own);
      if (this.known.size >= FACTS_KNOWN_MAX) this.known.clear();
      this.known.set(own, facts);
    }
    return facts;
  }
}

const linesOf = (column: string | null): string[] => column?.split(BETWEEN) ?? [];

const tokensOf = (line: string): readonly string[] => (line === '' ? NO_TOKENS : line.split(' '));

/** Values of the transfers that have one, asked for in the order of their positions. */
class Sparse<T> {
  private next = 0;

  constructor(
    private readonly at: readonly LogPosition[] | null,
    private readonly values: readonly T[] | null,
  ) {
    invariant((at?.length ?? 0) === (values?.length ?? 0), 'each value has a position');
  }

  of<Else>(position: LogPosition, none: Else): T | Else {
    if (this.at?.[this.next] !== position) return none;
    const value = this.values![this.next]!;
    this.next += 1;
    return value;
  }

  assertUsedUp(): void {
    invariant(this.next === (this.at?.length ?? 0), 'each value belongs to a transfer of the page');
  }
}

function partyOf(
  provider: string,
  walletId: string,
  kind: PartyKind | null,
  opened: string | null,
  tier: string | null,
): Party {
  if (opened === null && tier === null) return { provider, walletId, kind };
  const party = { provider, walletId, kind, ...(tier === null ? {} : { tier }) };
  if (opened === null) return party;
  const openedAtMs = Date.parse(opened);
  invariant(Number.isSafeInteger(openedAtMs), 'an opening date of the log is an instant');
  return { ...party, openedAtMs };
}

/** Of what the debtor was reported with, the token of a type: a token begins with it, and nobody has two of one. */
const typed = (tokens: readonly string[], prefix: `${IdentifierType}:`): string | undefined =>
  tokens.find((token) => token.startsWith(prefix));

function marksOf(
  transfer: Transfer,
  tokens: readonly string[],
  agentId: string | null,
): Pick<TransferEntry, 'marks'> {
  return toldMarks({
    handset: typed(tokens, 'device:') ?? typed(tokens, 'imei:'),
    sim: typed(tokens, 'msisdn:'),
    person: typed(tokens, 'nationalId:'),
    agent: cashedOutAt(transfer, agentId),
  });
}

const IS_HISTORY = { history: true } as const;

/** The transfers of a page, in the log's order. */
function transfersOf(page: PageColumns, words: FactsReader): TransferEntry[] {
  const { positions } = page;
  if (positions === null) return [];
  const [providers, transferIds] = [page.providers!, page.transfer_ids!];
  const [facts, seconds, amounts] = [linesOf(page.facts), page.seconds!, page.amounts!];
  const [debtorProviders, debtorWallets] = [page.debtor_providers!, page.debtor_wallets!];
  const [creditorProviders, creditorWallets] = [page.creditor_providers!, page.creditor_wallets!];
  invariant(facts.length === positions.length, 'a word of the log holds no line break');
  const originals = new Sparse(page.original_at, page.originals);
  const debtorTokens = new Sparse(page.debtor_tokens_at, linesOf(page.debtor_tokens));
  const creditorTokens = new Sparse(page.creditor_tokens_at, linesOf(page.creditor_tokens));
  const debtorOpened = new Sparse(page.debtor_opened_at, page.debtor_opened);
  const creditorOpened = new Sparse(page.creditor_opened_at, page.creditor_opened);
  const debtorTiers = new Sparse(page.debtor_tier_at, page.debtor_tiers);
  const creditorTiers = new Sparse(page.creditor_tier_at, page.creditor_tiers);
  const agents = new Sparse(page.agent_at, page.agents);
  const history = new Sparse(page.history_at, page.history_at);
  const entries = new Array<TransferEntry>(positions.length);
  let before = 0;
  for (let i = 0; i < positions.length; i += 1) {
    const position = positions[i]!;
    const originalPosition = originals.of(position, null);
    const amountMinor = amounts[i]!;
    const occurredAtMs = millisOfSeconds(seconds[i]!);
    invariant(position > before, 'a page is in the order of the log');
    invariant(
      Number.isSafeInteger(position) &&
        Number.isSafeInteger(amountMinor) &&
        Number.isSafeInteger(originalPosition ?? 0),
      'a bigint from the database fits a double exactly',
    );
    invariant(Number.isSafeInteger(occurredAtMs), 'an instant of the log is finite');
    before = position;
    const provider = providers[i]!;
    const { status, type, currency, debtorKind, creditorKind } = words.read(facts[i]!);
    const transfer: Transfer = {
      provider,
      transferId: transferIds[i]!,
      status,
      type,
      occurredAtMs,
      amountMinor,
      currency,
      debtor: partyOf(
        debtorProviders[i] ?? provider,
        debtorWallets[i]!,
        debtorKind,
        debtorOpened.of(position, null),
        debtorTiers.of(position, null),
      ),
      creditor: partyOf(
        creditorProviders[i] ?? provider,
        creditorWallets[i]!,
        creditorKind,
        creditorOpened.of(position, null),
        creditorTiers.of(position, null),
      ),
    };
    const tokens = tokensOf(debtorTokens.of(position, ''));
    entries[i] = {
      kind: 'transfer',
      position,
      originalPosition,
      debtorTokens: tokens,
      creditorTokens: tokensOf(creditorTokens.of(position, '')),
      ...marksOf(transfer, tokens, agents.of(position, null)),
      ...(history.of(position, null) === null ? {} : IS_HISTORY),
      transfer,
    };
  }
  const sparse = [
    ...[originals, debtorTokens, creditorTokens, debtorOpened, creditorOpened],
    ...[debtorTiers, creditorTiers, agents, history],
  ];
  for (const column of sparse) column.assertUsedUp();
  return entries;
}

function controlOf(page: PageColumns): ControlEntry[] {
  return (page.control ?? []).map(([position, name, body]) => {
    const kind = wordOf(CONTROL_KINDS, name);
    return { ...(body as object), kind, position } as ControlEntry;
  });
}

/** The entries of a page, of every kind, in their one order. */
export function entriesOf(page: PageColumns, words: FactsReader): LogEntry[] {
  const transfers = transfersOf(page, words);
  const others = [...controlOf(page), ...(page.events ?? []).map(eventOf)];
  if (others.length === 0) return transfers;
  return [...transfers, ...others].sort((a, b) => a.position - b.position);
}
