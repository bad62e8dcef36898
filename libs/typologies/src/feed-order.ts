import { type FeedEntry } from '#contracts';
import { type RowOrder } from '#flow';

/** Before every id that there may be: at one instant, what was told beside transfers was so when the money moved. */
const FIRST_OF_ITS_TIME = '\u0000';

/** How transfers and events wait for one another: by the clock of whoever reports them. */
export const FEED_ORDER: RowOrder<FeedEntry> = {
  provider: (entry) => (entry.kind === 'transfer' ? entry.transfer.provider : entry.event.provider),
  atMs: (entry) =>
    entry.kind === 'transfer' ? entry.transfer.occurredAtMs : entry.event.occurredAtMs,
  key: (entry) =>
    entry.kind === 'transfer' ? entry.transfer.transferId : FIRST_OF_ITS_TIME + entry.event.eventId,
};
