import { type Staff } from '#identity';

/** What an entry says beside, where what somebody looked at is about themselves. */
export const aboutOneself = (
  { ownTokens }: Staff,
  tokens: readonly string[],
): { readonly oneself?: true } =>
  tokens.some((token) => ownTokens.includes(token)) ? { oneself: true } : {};
