#!/usr/bin/env node
// Checks an export of Layerwatch's audit trail. One file that needs nothing but Node (20 or later), so that whoever keeps the signed
// roots can check an export by themselves, on a machine that has never seen Layerwatch:
//
//     node verify-audit.mjs EXPORT.ndjson [--key PUBLIC-KEY.pem] [--root KEPT-ROOT.json ...]
//
// Exit code 0: nothing was changed, taken out or cut off. 1: something was, and the first entry that is broken is named.
// 2: this is no export, or cannot be read.
//
// What it checks. The trail is a few chains, each in the order of its places, from 1 on. With || for one behind the other, in bytes:
//   hash of an entry     SHA-256(body as it stands, UTF-8 || hash of the entry before)
//   before the first     SHA-256("layerwatch.audit.v1:" || number of the chain, in decimals)
// A root is signed every hour with Ed25519, over the 32 bytes of a Merkle tree (RFC 6962, 2.1) whose leaves are the chains in the order
// of their numbers: "number length hash", the hash in hex. What was there at a root's time cannot be changed without it showing.
import { createHash, createPublicKey, verify as verifySignature } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const FORMAT = 'layerwatch-audit';
const VERSION = 1;
/** What the database says of when an entry came is not hashed: it may be so far from what the entry says, and before the one before it. */
const CLOCKS_APART_MAX_MS = 86_400_000;
const CLOCK_BACK_MAX_MS = 3_600_000;

const sha256 = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

export const beforeFirst = (chain) => sha256(`layerwatch.audit.v1:${chain}`).toString('hex');
export const entryHash = (body, previous) =>
  sha256(Buffer.from(body, 'utf8'), Buffer.from(previous, 'hex')).toString('hex');

/** RFC 6962, 2.1: leaves and nodes are told apart by their first byte, and the left half is the largest power of two. */
export function merkleRoot(leaves) {
  if (leaves.length === 0) return sha256('');
  if (leaves.length === 1) return sha256(Buffer.of(0), Buffer.from(leaves[0], 'utf8'));
  let left = 1;
  while (left * 2 < leaves.length) left *= 2;
  const halves = [leaves.slice(0, left), leaves.slice(left)].map(merkleRoot);
  return sha256(Buffer.of(1), ...halves);
}

/** @param heads [[number, length, hash in hex], …] */
export const rootOf = (heads) =>
  merkleRoot([...heads].sort(([a], [b]) => a - b).map((head) => head.join(' '))).toString('hex');

class Broken extends Error {}
class NoExport extends Error {}

/**
 * @param lines of an export, parsed; an iterable or an async one
 * @param publicKey PEM, of whoever is to have signed; the export's own where it is left out
 * @param keptRoots roots that were kept elsewhere: the export must have each of them
 * @returns {Promise<{entries: number, chains: number, roots: number, lastRootAt: string | null, afterLastRoot: number, isAnchored: boolean}>}
 * @throws {Broken} naming the first entry that is broken, {NoExport}
 */
export async function verifyTrail(lines, { publicKey = null, keptRoots = [] } = {}) {
  let head = null;
  let end = null;
  const roots = [];
  const lengths = new Map();
  const hashes = new Map();
  /** By chain, the latest moment that the database says one came at. */
  const cameAt = new Map();
  /** By chain, the places that roots speak of. */
  const wanted = new Map();
  const found = new Map();
  let entries = 0;
  for await (const line of lines) {
    if (end !== null) throw new NoExport('something follows its end');
    if (head === null) {
      if (line.format !== FORMAT) throw new NoExport('it does not begin as an export does');
      if (line.version !== VERSION) throw new NoExport(`its version is ${line.version}`);
      head = checkHead(line);
      for (const { number } of head.chains) {
        lengths.set(number, 0);
        hashes.set(number, beforeFirst(number));
      }
    } else if ('root' in line) {
      checkRoot(line, publicKey ?? head.publicKey);
      const next = roots.length + 1;
      if (line.root !== next) throw new Broken(`root ${next}: missing`);
      roots.push(line);
      for (const [number, length] of line.heads) {
        if (!wanted.has(number)) wanted.set(number, new Set());
        wanted.get(number).add(length);
      }
    } else if ('end' in line) {
      end = line.end;
    } else {
      checkEntry(line, lengths, hashes);
      checkWhen(line, cameAt);
      entries += 1;
      if (wanted.get(line.chain)?.has(line.place))
        found.set(`${line.chain} ${line.place}`, line.hash);
    }
  }
  if (head === null) throw new NoExport('it is empty');
  if (end === null) throw new Broken('the export is cut: it has no end');
  for (const { number, length, hash } of head.chains) {
    const have = lengths.get(number);
    if (have < length)
      throw new Broken(`chain ${number}, entry ${have + 1}: missing; the chain had ${length}`);
    if (have > length)
      throw new Broken(`chain ${number}, entry ${length + 1}: the chain ended before it`);
    if (hashes.get(number) !== hash)
      throw new Broken(`chain ${number}, entry ${length}: it is not the one the chain ends with`);
  }
  for (const { root, at, heads } of roots) {
    for (const [number, length, hash] of heads) {
      const have = length === 0 ? beforeFirst(number) : found.get(`${number} ${length}`);
      if (have === undefined) {
        const first = (lengths.get(number) ?? 0) + 1;
        throw new Broken(
          `chain ${number}, entry ${first}: missing; root ${root} of ${at} has ${length}`,
        );
      }
      if (have !== hash)
        throw new Broken(
          `chain ${number}, entry ${length}: another one stood there at root ${root} of ${at}`,
        );
    }
  }
  if (end.entries !== entries || end.roots !== roots.length) {
    throw new Broken(
      `the export says ${end.entries} entries and ${end.roots} roots, and has ${entries} and ${roots.length}`,
    );
  }
  for (const kept of keptRoots) {
    if (!roots.some(({ merkle, at }) => merkle === kept.merkle && at === kept.at)) {
      throw new Broken(
        `the root of ${kept.at} that was kept is not in it: what was there then is gone, or another`,
      );
    }
  }
  const last = roots.at(-1);
  const signed = last ? last.heads.reduce((sum, [, length]) => sum + length, 0) : 0;
  return {
    entries,
    chains: head.chains.length,
    roots: roots.length,
    lastRootAt: last?.at ?? null,
    afterLastRoot: entries - signed,
    isAnchored: keptRoots.length > 0,
  };
}

const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
const isHash = (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

function checkHead(head) {
  const areChains =
    Array.isArray(head.chains) &&
    head.chains.length > 0 &&
    head.chains.every(
      ({ number, length, hash } = {}, i) => number === i && isCount(length) && isHash(hash),
    );
  if (!areChains) throw new Broken('its head does not say how long each chain is, from 0 on');
  return head;
}

function checkWhen({ chain, place, body, at }, cameAt) {
  // An export of before did not say.
  if (at === undefined) return;
  const name = `chain ${chain}, entry ${place}`;
  const says = JSON.parse(body).at ?? at;
  const came = Date.parse(at);
  if (!(Math.abs(came - Date.parse(says)) <= CLOCKS_APART_MAX_MS)) {
    throw new Broken(`${name}: it says ${says}, and is filed under ${at}`);
  }
  const latest = cameAt.get(chain) ?? came;
  if (came < latest - CLOCK_BACK_MAX_MS) {
    throw new Broken(`${name}: it is filed under ${at}, long before the entry before it`);
  }
  cameAt.set(chain, Math.max(came, latest));
}

function checkEntry({ chain, place, body, hash }, lengths, hashes) {
  if (!isCount(chain) || !isCount(place) || typeof body !== 'string' || !isHash(hash)) {
    const after = [...lengths].findLast(([, length]) => length > 0);
    const where = after ? `after chain ${after[0]}, entry ${after[1]}` : 'the first';
    throw new Broken(`${where}: an entry that is none`);
  }
  const name = `chain ${chain}, entry ${place}`;
  const length = lengths.get(chain);
  if (length === undefined) throw new Broken(`${name}: there is no such chain`);
  if (place !== length + 1) {
    throw new Broken(
      place > length + 1
        ? `chain ${chain}, entry ${length + 1}: missing`
        : `${name}: it is there twice`,
    );
  }
  if (entryHash(body, hashes.get(chain)) !== hash) {
    throw new Broken(`${name}: it was changed, or another stood before it`);
  }
  lengths.set(chain, place);
  hashes.set(chain, hash);
}

function checkRoot({ root, at, heads, merkle, signature }, publicKey) {
  const name = `root ${root} of ${at}`;
  const areHeads =
    Array.isArray(heads) && heads.every((one) => Array.isArray(one) && one.length === 3);
  if (!areHeads || typeof signature !== 'string') throw new Broken(`${name}: it is none`);
  if (rootOf(heads) !== merkle) throw new Broken(`${name}: it is not of the chains it names`);
  const signed = Buffer.from(`${at} ${merkle}`, 'utf8');
  if (!publicKey)
    throw new NoExport('there is no key to check its roots with; give one with --key');
  if (
    !verifySignature(null, signed, createPublicKey(publicKey), Buffer.from(signature, 'base64'))
  ) {
    throw new Broken(`${name}: its signature is not of this key`);
  }
}

export async function* readExport(file) {
  let number = 0;
  for await (const line of createInterface({
    input: createReadStream(file),
    crlfDelay: Infinity,
  })) {
    number += 1;
    if (line === '') continue;
    try {
      yield JSON.parse(line);
    } catch {
      throw new Broken(`line ${number} of the export is not what was written`);
    }
  }
}

/** Says how it went. @returns the exit code */
export async function report(verifying) {
  try {
    const { entries, chains, roots, lastRootAt, afterLastRoot, isAnchored } = await verifying;
    console.log(`OK: ${entries} entries in ${chains} chains, ${roots} signed roots`);
    const since =
      lastRootAt === null ? 'no root was signed yet' : `the last root is of ${lastRootAt}`;
    console.log(`${since}; ${afterLastRoot} entries came after, which no signature covers`);
    if (!isAnchored) {
      console.log(
        'NOT ANCHORED: whoever owns the database could have written all of it anew; give a root that others keep (--root), and their copy of the key (--key)',
      );
    }
    return 0;
  } catch (error) {
    if (error instanceof Broken) {
      console.log(`BROKEN: ${error.message}`);
      return 1;
    }
    console.error(`cannot check it: ${error.message}`);
    return 2;
  }
}

async function main(args) {
  const [file, ...options] = args;
  let publicKey = null;
  const keptRoots = [];
  for (let i = 0; i < options.length; i += 2) {
    if (options[i] === '--key' && options[i + 1]) publicKey = readFileSync(options[i + 1], 'utf8');
    else if (options[i] === '--root' && options[i + 1])
      keptRoots.push(JSON.parse(readFileSync(options[i + 1], 'utf8')));
    else throw new NoExport(`unknown option ${options[i]}`);
  }
  if (file === undefined)
    throw new NoExport(
      'say which export: node verify-audit.mjs EXPORT.ndjson [--key PEM] [--root JSON …]',
    );
  return verifyTrail(readExport(file), { publicKey, keptRoots });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  void report(main(process.argv.slice(2))).then((exitCode) => {
    process.exitCode = exitCode;
  });
}
