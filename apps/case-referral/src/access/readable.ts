import { transferKey, type TransferRef } from '#domain';
import { type AccessRepository } from './access.repository';
import { type CaseReader } from './case-reader';

interface Named {
  readonly transfers: readonly TransferRef[];
}

/** Of these lists, what touches no case that is kept from the reader. */
export async function readable<T extends Named>(
  access: AccessRepository,
  reader: CaseReader,
  lists: readonly (readonly T[])[],
): Promise<T[][]> {
  const transfers = lists.flat().flatMap((one) => one.transfers);
  const hidden = await access.hidden(reader, transfers);
  const isReadable = (one: T): boolean =>
    !one.transfers.some((ref) => hidden.has(transferKey(ref)));
  return lists.map((list) => list.filter(isReadable));
}
