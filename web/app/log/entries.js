// Entries of the log: DSSE envelopes, and who signed them.

import { fromBase64, fromHex, isSigned, join, utf8 } from './bytes.js';

/**
 * @typedef {object} Entry
 * @property {number} index
 * @property {string} kind `genesis`, `rotation`, `order`, `approval`, `bundle`, `convergence` or `unsealing`
 * @property {any} payload
 * @property {Uint8Array} bytes of the payload
 * @property {{keyid: string, sig: string}[]} signatures
 * @property {string} type
 * @property {string[]} signers names of principals, once they are checked
 * @property {string} wrong why a signature is wrong, if one is
 */

/** @param {Uint8Array} stored @param {number} index @returns {Entry} */
export function readEntry(stored, index) {
  const envelope = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(stored));
  const bytes = fromBase64(envelope.payload);
  const kind = /^application\/vnd\.skyweave\.([a-z]+)\.v1\+json;/.exec(envelope.payloadType)?.[1] ?? 'unknown';
  const payload = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  return { index, kind, payload, bytes, signatures: envelope.signatures, type: envelope.payloadType, signers: [], wrong: '' };
}

/** What is signed: DSSE's pre-authentication encoding. @param {Entry} entry */
export function authentication({ type, bytes }) {
  return join(utf8(`DSSEv1 ${utf8(type).length} ${type} ${bytes.length} `), bytes);
}

/** Names by keys, of an authority. @param {any} authority @returns {Map<string, string>} */
export function holders(authority) {
  const found = new Map();
  for (const { name, keys } of authority.principals ?? []) for (const key of keys) found.set(key, name);
  if (typeof authority.publisher === 'string') found.set(authority.publisher, 'publisher');
  return found;
}

/**
 * Checks the signatures of known keys; unknown ones mean nothing.
 * @param {Entry} entry
 * @param {Map<string, string>} known
 */
export async function checkSigners(entry, known) {
  const message = authentication(entry);
  for (const { keyid, sig } of entry.signatures) {
    const name = known.get(keyid);
    if (!name) continue;
    const key = fromHex(keyid).subarray(1);
    if (!(await isSigned(key, message, fromBase64(sig)))) {
      entry.wrong = name;
      return;
    }
    if (!entry.signers.includes(name)) entry.signers.push(name);
  }
}
