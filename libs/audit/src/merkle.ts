import { createHash } from 'node:crypto';

const hashOf = (...parts: readonly (Buffer | string)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** The root of a Merkle tree (RFC 6962, 2.1): leaves and nodes are told apart by their first byte. */
export function merkleRoot(leaves: readonly string[]): Buffer {
  if (leaves.length === 0) return hashOf('');
  if (leaves.length === 1) return hashOf(Buffer.of(0), leaves[0]!);
  // The left half is the largest power of two that leaves something for the right one.
  let left = 1;
  while (left * 2 < leaves.length) left *= 2;
  return hashOf(Buffer.of(1), merkleRoot(leaves.slice(0, left)), merkleRoot(leaves.slice(left)));
}
