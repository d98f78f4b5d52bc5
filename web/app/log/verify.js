// Verifies the whole public log: files of C2SP tlog-tiles below /log/, by nothing but what they say and this browser's memory.

import { isSigned, join, same, sha256, toHex, utf8 } from './bytes.js';
import { checkSigners, holders, readEntry } from './entries.js';
import { leafHash, rootOf } from './merkle.js';
import { cosigned, isMet, logSigned, readCheckpoint, readPolicy } from './note.js';

const WIDTH = 256;
/** Entries that are read at once; beyond that, only the newest. */
export const MOST = 20000;

/** @typedef {import('./entries.js').Entry} Entry */
/** @typedef {{name: string, good: boolean, detail: string}} Check */
/** @typedef {{size: number, root: string, genesis: string}} Seen what this browser saw last */
/** @typedef {{checks: Check[], entries: Entry[], origin: string, size: number, witnesses: {witness: string, time: number}[], seen: Seen | null}} Report */

/** The path of a tile. @param {string} level @param {number} number @param {number} width */
export function tilePath(level, number, width) {
  const groups = [String(number % 1000).padStart(3, '0')];
  for (let rest = Math.floor(number / 1000); rest > 0; rest = Math.floor(rest / 1000)) groups.unshift(`x${String(rest % 1000).padStart(3, '0')}`);
  const path = `tile/${level}/${groups.join('/')}`;
  return width === WIDTH ? path : `${path}.p/${width}`;
}

/** Entries of a bundle. @param {Uint8Array} bundle */
export function split(bundle) {
  const found = [];
  for (let at = 0; at < bundle.length; ) {
    const length = bundle[at] * 256 + bundle[at + 1];
    if (at + 2 + length > bundle.length) throw new Error('an entry is cut off');
    found.push(bundle.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return found;
}

/**
 * @param {(path: string) => Promise<Uint8Array>} read a file below /log/
 * @param {Seen | null} before
 * @param {(done: number, of: number) => void} [progress]
 * @returns {Promise<Report>}
 */
export async function verify(read, before, progress = () => {}) {
  /** @type {Check[]} */
  const checks = [];
  const check = (/** @type {string} */ name, /** @type {boolean} */ good, detail = '') => checks.push({ name, good, detail });
  const checkpoint = readCheckpoint(new TextDecoder().decode(await read('checkpoint')));
  const { size, origin } = checkpoint;
  if (size > MOST) throw new Error(`the log has ${size} entries; this page reads at most ${MOST}`);

  /** @type {Uint8Array[]} */
  const stored = [];
  for (let number = 0; number * WIDTH < size; number++) {
    const width = Math.min(WIDTH, size - number * WIDTH);
    const found = split(await read(tilePath('entries', number, width)));
    if (found.length < width) throw new Error(`a bundle has ${found.length} entries and not ${width}`);
    stored.push(...found.slice(0, width));
    progress(stored.length, size);
  }
  const hashes = await Promise.all(stored.map(leafHash));
  const root = await rootOf(hashes);
  check('root', same(root, checkpoint.root), toHex(root));
  check('tiles', await tilesAgree(read, hashes));

  const entries = stored.map(readEntry);
  const genesis = entries[0];
  if (genesis?.kind !== 'genesis') throw new Error('entry 0 is not the genesis');
  let authority = genesis.payload.authority;
  const policy = await readPolicy(authority.witnesses);
  for (const entry of entries) {
    if (entry.kind === 'rotation') {
      const both = new Map([...holders(authority), ...holders(entry.payload.authority)]);
      await checkSigners(entry, both);
      authority = entry.payload.authority;
    } else await checkSigners(entry, holders(authority));
  }
  const wrong = entries.filter((entry) => entry.wrong);
  const unsigned = entries.filter((entry) => entry.kind !== 'unsealing' && !entry.signers.length);
  check('entries', !wrong.length && !unsigned.length, [...wrong, ...unsigned].map(({ index }) => index).join(', '));

  const newest = authority.witnesses === genesis.payload.authority.witnesses ? policy : await readPolicy(authority.witnesses);
  check('signature', await logSigned(checkpoint, newest), origin);
  const witnesses = await cosigned(checkpoint, newest);
  check('witnesses', isMet(newest.quorum, newest, witnesses.map(({ witness }) => witness)), witnesses.map(({ witness }) => witness).join(', '));

  const genesisHash = toHex(await sha256(genesis.bytes));
  if (before) {
    check('genesis', before.genesis === genesisHash, genesisHash);
    const grew = before.size <= size && toHex(await rootOf(hashes.slice(0, before.size))) === before.root;
    check('grew', grew, `${before.size} → ${size}`);
  }
  const good = checks.every((one) => one.good);
  return { checks, entries, origin, size, witnesses, seen: good ? { size, root: toHex(root), genesis: genesisHash } : before };
}

/** Whether the tiles of all levels are those of the entries. @param {(path: string) => Promise<Uint8Array>} read @param {Uint8Array[]} hashes */
async function tilesAgree(read, hashes) {
  let row = hashes;
  for (let level = 0; row.length; level++) {
    const above = [];
    for (let number = 0; number * WIDTH < row.length; number++) {
      const part = row.slice(number * WIDTH, (number + 1) * WIDTH);
      const tile = await read(tilePath(String(level), number, part.length));
      if (!same(tile, join(...part))) return false;
      if (part.length === WIDTH) above.push(await rootOf(part));
    }
    row = above;
  }
  return true;
}

/** Whether this browser can verify Ed25519: a known signature (RFC 8032, section 7.1, test 1). */
export async function canVerify() {
  const key = Uint8Array.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const signed = 'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b';
  const signature = Uint8Array.from(signed.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  return isSigned(key, utf8(''), signature).catch(() => false);
}
