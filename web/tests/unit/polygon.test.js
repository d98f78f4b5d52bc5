import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contains, isSimple, ring } from '../../app/polygon.js';

const at = (lat, lon) => ({ lat, lon });
const square = [at(50, 30), at(51, 30), at(51, 31), at(50, 31)];

test('a place is inside or not', () => {
  assert.equal(contains(square, 50.5, 30.5), true);
  for (const [lat, lon] of [[49.9, 30.5], [51.1, 30.5], [50.5, 29.9], [50.5, 31.1]]) assert.equal(contains(square, lat, lon), false);
  // a corner that points inwards
  const arrow = [at(0, 0), at(10, 5), at(0, 10), at(4, 5)];
  assert.equal(contains(arrow, 5, 5), true);
  assert.equal(contains(arrow, 2, 5), false);
});

test('a ring is closed and counterclockwise, whichever way it was drawn', () => {
  const wanted = [[30, 50], [31, 50], [31, 51], [30, 51]];
  for (const corners of [square, [...square].reverse()]) {
    const made = ring(corners);
    assert.deepEqual(made[0], made.at(-1));
    const from = made.findIndex(([lon, lat]) => lon === 30 && lat === 50);
    assert.deepEqual([0, 1, 2, 3].map((i) => made[(from + i) % 4]), wanted);
  }
});

test('edges that cross are noticed', () => {
  assert.equal(isSimple(square), true);
  assert.equal(isSimple(square.slice(0, 2)), false);
  assert.equal(isSimple([square[0], square[2], square[1], square[3]]), false);
});
