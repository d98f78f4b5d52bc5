// Merkle trees as RFC 6962, section 2.1, has them.

import { join, sha256, utf8 } from './bytes.js';

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** @param {Uint8Array} entry */
export function leafHash(entry) {
  return sha256(join(LEAF, entry));
}

/** @param {Uint8Array} left @param {Uint8Array} right */
export function nodeHash(left, right) {
  return sha256(join(NODE, left, right));
}

/**
 * The root over hashes of entries.
 * @param {Uint8Array[]} hashes
 * @returns {Promise<Uint8Array>}
 */
export async function rootOf(hashes) {
  if (!hashes.length) return sha256(utf8(''));
  let row = hashes;
  /** @type {Uint8Array[]} */
  const odd = [];
  // pairs from the left; what stands alone at the right waits until the rows above are done
  while (row.length > 1) {
    const above = [];
    for (let i = 0; i + 1 < row.length; i += 2) above.push(nodeHash(row[i], row[i + 1]));
    if (row.length % 2) odd.push(row[row.length - 1]);
    row = await Promise.all(above);
  }
  let root = row[0];
  // the lowest that stood alone is the rightmost: fold from the right
  let right = null;
  for (const hash of odd) right = right ? await nodeHash(hash, right) : hash;
  if (right) root = await nodeHash(root, right);
  return root;
}
