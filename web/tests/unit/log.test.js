import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rootOf } from '../../app/log/merkle.js';
import { canVerify, tilePath, verify } from '../../app/log/verify.js';
import { makeLog, rootOf as expectedRoot } from './log-maker.js';

const reader = (files) => async (path) => {
  const found = files.get(path);
  if (!found) throw new Error(`no file ${path}`);
  return new Uint8Array(found);
};
const failing = (report) => report.checks.filter((check) => !check.good).map((check) => check.name);

test('a known signature is verified', async () => {
  assert.equal(await canVerify(), true);
});

test('roots are those of RFC 6962 for every size', async () => {
  const hashes = Array.from({ length: 40 }, (_, i) => Buffer.alloc(32, i));
  for (let size = 0; size <= hashes.length; size++) {
    assert.deepEqual(Buffer.from(await rootOf(hashes.slice(0, size))), expectedRoot(hashes.slice(0, size)), `size ${size}`);
  }
});

test('paths of tiles', () => {
  assert.equal(tilePath('0', 1234067, 256), 'tile/0/x001/x234/067');
  assert.equal(tilePath('1', 0, 17), 'tile/1/000.p/17');
});

test('a whole log holds, also with full tiles and after it grew', async () => {
  const log = makeLog({ orders: 60 });
  const first = await verify(reader(log.files()), null);
  assert.deepEqual(failing(first), []);
  assert.equal(first.size, 361);
  assert.deepEqual(first.entries[1].signers, ['ada']);
  log.addOrder();
  const second = await verify(reader(log.files()), first.seen);
  assert.deepEqual(failing(second), []);
  assert.equal(second.checks.find(({ name }) => name === 'grew')?.detail, '361 → 367');
});

test('what is bent is found', async () => {
  const log = makeLog();
  const files = log.files();
  const path = `tile/entries/000.p/${log.entries.length}`;
  const bend = (name, change) => {
    const bent = new Map(files);
    const bytes = Buffer.from(files.get(name));
    change(bytes);
    return bent.set(name, bytes);
  };
  // a letter in the payload of entry 1, the first order
  const letter = 2 + log.entries[0].length + 2 + 60;
  const inOrder = bend(path, (bytes) => (bytes[letter] = bytes[letter] === 65 ? 66 : 65));
  const bent = await verify(reader(inOrder), null).then(failing, () => ['unreadable']);
  assert.ok(bent.includes('unreadable') || bent.includes('root'), bent.join());
  const tile = `tile/0/000.p/${log.entries.length}`;
  assert.deepEqual(failing(await verify(reader(bend(tile, (bytes) => (bytes[5] ^= 1))), null)), ['tiles']);
});

test('another history than before is found', async () => {
  const seen = (await verify(reader(makeLog().files()), null)).seen;
  const other = await verify(reader(makeLog({ orders: 3 }).files()), seen);
  assert.deepEqual(failing(other), ['genesis', 'grew']);
  assert.equal(other.seen, seen);
});

test('a checkpoint without its witness does not count', async () => {
  const files = makeLog().files();
  const text = files.get('checkpoint').toString();
  files.set('checkpoint', Buffer.from(text.split('\n').filter((line) => !line.includes('— witness')).join('\n')));
  assert.deepEqual(failing(await verify(reader(files), null)), ['witnesses']);
  files.set('checkpoint', Buffer.from(text.split('\n').filter((line) => !line.includes('— fleet')).join('\n')));
  assert.deepEqual(failing(await verify(reader(files), null)), ['signature']);
});
