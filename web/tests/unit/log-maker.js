// A small public log with real signatures, for tests: genesis, an order, its approvals, a bundle and its convergence.

import { createHash, generateKeyPairSync, sign } from 'node:crypto';

const sha = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();
const leaf = (entry) => sha(Buffer.of(0), entry);

export function rootOf(hashes) {
  if (!hashes.length) return sha();
  if (hashes.length === 1) return hashes[0];
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  return sha(Buffer.of(1), rootOf(hashes.slice(0, split)), rootOf(hashes.slice(split)));
}

function keyPair() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  return { raw, privateKey, text: `01${raw.toString('hex')}` };
}

function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value && typeof value === 'object') return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`;
  return JSON.stringify(value);
}

function noteKey(name, type, raw) {
  const bytes = Buffer.concat([Buffer.of(type), raw]);
  const id = sha(Buffer.from(`${name}\n`), bytes).subarray(0, 4);
  return { id, text: `${name}+${id.toString('hex')}+${bytes.toString('base64')}` };
}

const FLEET = 'fleet.example';
const ORIGIN = 'fleet.example/log';
const NOW_S = 1795348800;

/** Writes a log of some orders; `files()` are its files by their paths, and it can grow. */
export function makeLog({ orders = 2 } = {}) {
  const log = keyPair();
  const witness = keyPair();
  const publisher = keyPair();
  const people = Object.fromEntries(['ada', 'bruno', 'chiara', 'dario'].map((name) => [name, keyPair()]));
  const logKey = noteKey(ORIGIN, 1, log.raw);
  const witnessKey = noteKey('witness.example', 4, witness.raw);
  const policy = `log ${logKey.text}\nwitness w1 ${witnessKey.text}\ngroup all all w1\nquorum all\n`;
  const entries = [];

  const enter = (kind, payload, keys) => {
    const bytes = Buffer.from(canonical({ fleet: FLEET, ...payload }));
    const type = `application/vnd.skyweave.${kind}.v1+json; fleet=${FLEET}`;
    const message = Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${bytes.length} `), bytes]);
    const signatures = keys.map((key) => ({ keyid: key.text, sig: sign(null, message, key.privateKey).toString('base64') }));
    entries.push(Buffer.from(canonical({ payload: bytes.toString('base64'), payloadType: type, signatures })));
    return sha(bytes).toString('hex');
  };

  const authority = {
    limits: {},
    principals: Object.entries(people).map(([name, key]) => ({ keys: [key.text], name })),
    publisher: publisher.text,
    quorums: { cut: { members: Object.keys(people), threshold: 3 } },
    version: 1,
    witnesses: policy,
  };
  enter('genesis', { authority, law: {} }, Object.values(people));
  let epoch = 0;
  const addOrder = () => {
    epoch += 1;
    const start_s = NOW_S + epoch * 86400;
    const preview = { gaining: 0, hash: '0'.repeat(64), losing: 412 * epoch, people: 91000 * epoch };
    const matter = {
      action: 'restrict', basis: 'Decree 17 of 2026, article 3', preview, reason: 'Drones are steered over the strait', target: { kind: 'territory', name: 'strait' },
    };
    const order = enter('order', { class: 'cut', drawn_s: start_s - 7200, expires_s: start_s + 604800, matter, requester: 'ada', start_s }, [people.ada]);
    for (const approver of ['bruno', 'chiara', 'dario']) enter('approval', { approver, order, verdict: 'approve' }, [people[approver]]);
    const bundle = enter('bundle', { epoch, expires_s: start_s + 86400, not_before_s: start_s, orders: [order] }, [publisher]);
    enter('convergence', { acknowledged: 209, bundle, epoch, of: 209 }, [publisher]);
  };
  for (let i = 0; i < orders; i++) addOrder();

  const checkpoint = () => {
    const root = rootOf(entries.map(leaf));
    const body = `${ORIGIN}\n${entries.length}\n${root.toString('base64')}\n`;
    const own = Buffer.concat([logKey.id, sign(null, Buffer.from(body), log.privateKey)]);
    const time = NOW_S + epoch * 86400 + 60;
    const stamp = Buffer.alloc(8);
    stamp.writeBigUInt64BE(BigInt(time));
    const message = Buffer.from(`cosignature/v1\ntime ${time}\n${body}`);
    const theirs = Buffer.concat([witnessKey.id, stamp, sign(null, message, witness.privateKey)]);
    return Buffer.from(`${body}\n— ${ORIGIN} ${own.toString('base64')}\n— witness.example ${theirs.toString('base64')}\n`);
  };

  const path = (level, number, width) => `tile/${level}/${String(number).padStart(3, '0')}${width === 256 ? '' : `.p/${width}`}`;
  const files = () => {
    const found = new Map([['checkpoint', checkpoint()]]);
    for (let number = 0; number * 256 < entries.length; number++) {
      const part = entries.slice(number * 256, (number + 1) * 256);
      const sized = part.map((entry) => Buffer.concat([Buffer.of(entry.length >> 8, entry.length & 255), entry]));
      found.set(path('entries', number, part.length), Buffer.concat(sized));
    }
    let row = entries.map(leaf);
    for (let level = 0; row.length; level++) {
      const above = [];
      for (let number = 0; number * 256 < row.length; number++) {
        const part = row.slice(number * 256, (number + 1) * 256);
        found.set(path(level, number, part.length), Buffer.concat(part));
        if (part.length === 256) above.push(rootOf(part));
      }
      row = above;
    }
    return found;
  };
  return { files, addOrder, entries };
}
