// Signed notes, checkpoints and cosignatures (C2SP signed-note, tlog-checkpoint, tlog-cosignature), and the policy of witnesses.

import { fromBase64, isSigned, same, sha256, toHex, utf8 } from './bytes.js';

const LOG_KEY = 0x01;
const WITNESS_KEY = 0x04;

/** @typedef {{name: string, id: string, type: number, bytes: Uint8Array}} Key */
/** @typedef {{text: string, origin: string, size: number, root: Uint8Array, signatures: {name: string, id: string, bytes: Uint8Array}[]}} Checkpoint */
/** @typedef {{log: Key, witnesses: Map<string, Key>, groups: Map<string, {threshold: number, members: string[]}>, quorum: string}} Policy */

/** @param {string} text @returns {Checkpoint} */
export function readCheckpoint(text) {
  const cut = text.lastIndexOf('\n\n');
  if (cut < 0) throw new Error('the checkpoint has no signatures');
  const body = text.slice(0, cut + 1);
  const [origin, size, root] = body.split('\n');
  if (!origin || !/^(0|[1-9]\d*)$/.test(size ?? '')) throw new Error('the checkpoint names no origin and size');
  const signatures = text.slice(cut + 2).split('\n').filter(Boolean).map((line) => {
    const [dash, name, encoded] = line.split(' ');
    if (dash !== '—' || !encoded) throw new Error(`no signature line: ${line}`);
    const blob = fromBase64(encoded);
    return { name, id: toHex(blob.subarray(0, 4)), bytes: blob.subarray(4) };
  });
  return { text: body, origin, size: Number(size), root: fromBase64(root), signatures };
}

/** A key as policies write it: `name+id+base64`. @param {string} text @returns {Promise<Key>} */
export async function readKey(text) {
  const [name, id, ...rest] = text.split('+');
  const bytes = fromBase64(rest.join('+'));
  const hashed = await sha256(Uint8Array.from([...utf8(`${name}\n`), ...bytes]));
  if (toHex(hashed.subarray(0, 4)) !== id) throw new Error(`the id of the key of ${name} is not that of its bytes`);
  return { name, id, type: bytes[0], bytes: bytes.subarray(1) };
}

/** @param {string} text C2SP tlog-policy @returns {Promise<Policy>} */
export async function readPolicy(text) {
  /** @type {Key | null} */
  let log = null;
  const witnesses = new Map();
  const groups = new Map();
  let quorum = '';
  for (const line of text.split('\n')) {
    const words = line.trim().split(/\s+/);
    if (words[0] === 'log') log = await readKey(words[1]);
    if (words[0] === 'witness') witnesses.set(words[1], await readKey(words[2]));
    if (words[0] === 'quorum') quorum = words[1];
    if (words[0] === 'group') {
      const members = words.slice(3);
      const threshold = words[2] === 'all' ? members.length : words[2] === 'any' ? 1 : Number(words[2]);
      groups.set(words[1], { threshold, members });
    }
  }
  if (!log || log.type !== LOG_KEY) throw new Error('the policy names no log');
  return { log, witnesses, groups, quorum };
}

/** Whether the log signed a checkpoint. @param {Checkpoint} checkpoint @param {Policy} policy */
export async function logSigned(checkpoint, { log }) {
  const found = checkpoint.signatures.find(({ name, id }) => name === log.name && id === log.id);
  return checkpoint.origin === log.name && !!found && isSigned(log.bytes, utf8(checkpoint.text), found.bytes);
}

/**
 * Which witnesses cosigned a checkpoint, and when.
 * @param {Checkpoint} checkpoint
 * @param {Policy} policy
 */
export async function cosigned(checkpoint, { witnesses }) {
  const found = [];
  for (const [witness, key] of witnesses) {
    const one = checkpoint.signatures.find(({ name, id }) => name === key.name && id === key.id);
    if (!one || key.type !== WITNESS_KEY || one.bytes.length !== 72) continue;
    const time = new DataView(one.bytes.buffer, one.bytes.byteOffset).getBigUint64(0);
    const message = utf8(`cosignature/v1\ntime ${time}\n${checkpoint.text}`);
    if (await isSigned(key.bytes, message, one.bytes.slice(8))) found.push({ witness, time: Number(time) });
  }
  return found;
}

/** Whether those who cosigned are enough. @param {string} name @param {Policy} policy @param {string[]} who @returns {boolean} */
export function isMet(name, policy, who) {
  if (name === 'none') return true;
  const group = policy.groups.get(name);
  if (!group) return who.includes(name);
  return group.members.filter((member) => isMet(member, policy, who)).length >= group.threshold;
}

export { same };
