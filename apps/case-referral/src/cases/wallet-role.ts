import { type FlowWallet } from './money-flow';

/**
 * What a wallet does in a case, in the field's words. A role tells what the transfers show, never who a person is: whether a
 * source is a victim, or a mule knew, is for the inquiry.
 */
export const WALLET_ROLES = ['SOURCE', 'COLLECTOR', 'MULE', 'HOLDER', 'EXIT'] as const;
export type WalletRole = (typeof WALLET_ROLES)[number];

/** So many sources must pay to one wallet for it to gather. */
const COLLECTED_SOURCES_MIN = 2;

/**
 * The role, by the first of these that holds:
 * - EXIT: all that it received had left the wallets by that: an agent's cash, an exchange, a shop, abroad.
 * - SOURCE: pays before it receives, and more than it receives. As a rule the defrauded, who may get a little back.
 * - COLLECTOR: paid by at least two sources directly.
 * - HOLDER: at least half of what it received is still there.
 * - MULE: what it received is gone.
 *
 * @param heldMinor what is left of its credits in the case
 */
export function roleOf(wallet: FlowWallet, heldMinor: number): WalletRole {
  const { layer, inMinor, outMinor, exitInMinor } = wallet;
  if (inMinor > 0 && exitInMinor === inMinor) return 'EXIT';
  if (layer === 0 && inMinor < outMinor) return 'SOURCE';
  if (layer === 1 && wallet.paidBySources.size >= COLLECTED_SOURCES_MIN) return 'COLLECTOR';
  return heldMinor * 2 >= inMinor - exitInMinor ? 'HOLDER' : 'MULE';
}
