import { type TransferType } from '#domain';

/** What a random feed is about to do; the feed writer makes it definite, wallets, amounts and times. */
export type Intent =
  | ({ readonly do: 'pay'; readonly from: number; readonly hop: number } & PayDetails)
  | ({ readonly do: 'chain'; readonly from: number; readonly hops: number } & PayDetails)
  | ({
      readonly do: 'fan';
      readonly hub: number;
      readonly width: number;
      readonly into: boolean;
    } & PayDetails)
  | {
      readonly do: 'reverse';
      readonly which: number;
      readonly part: number;
      readonly gapMs: number;
    }
  | {
      readonly do: 'indicator';
      readonly operation: string;
      readonly wallet: number;
      readonly token: string | null;
      readonly aheadMs: number;
    }
  | {
      readonly do: 'call';
      readonly caller: string;
      readonly callee: string;
      readonly gapMs: number;
      readonly lateMs: number;
    }
  | {
      readonly do: 'register';
      readonly wallet: number;
      readonly byOwnProvider: boolean;
      readonly openedAgoMs: number | null;
      readonly agoMs: number;
    }
  | { readonly do: 'withdraw' | 'restore'; readonly operation: string }
  | { readonly do: 'wait'; readonly hours: number };

export interface PayDetails {
  readonly amount: AmountIntent;
  /** After the newest row so far… */
  readonly gapMs: number;
  /** …and so much too late for that. */
  readonly lateMs: number;
  readonly currency: string;
  readonly type: TransferType;
  readonly declares: boolean;
  readonly byOwnProvider: boolean;
  /** Declared hubs say that they were opened so long ago; null where they say nothing of it. */
  readonly openedAgoMs: number | null;
  readonly fromTokens: readonly string[];
  readonly toTokens: readonly string[];
}

/** An amount of its own, or one made of what the payer got: `of` counts back from its newest credit. */
export interface AmountIntent {
  readonly freshMinor: number;
  readonly of: number | null;
  /** How many of them in a row are summed. */
  readonly count: number;
  readonly factor: number;
}
