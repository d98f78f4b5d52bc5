import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, NONE } from '../../app/slot.js';
import { extrapolate, place, under } from '../../app/orbit.js';
import { slotAt, startOf } from '../../app/time.js';
import { sunDirection } from '../../app/sun.js';
import { unwrap } from '../../app/globe/coast.js';
import { cellClasses, outageClass, CELL } from '../../app/globe/colours.js';

/** A slot with one satellite, as docs/live.md has the format. */
function slotBytes(sections) {
  let offset = 0;
  const listed = sections.map(([name, type, values]) => {
    const one = { name, type, offset, length: values.byteLength };
    offset += Math.ceil(values.byteLength / 4) * 4;
    return one;
  });
  const header = JSON.stringify({ slot: 98626944, starts_utc: '2026-11-22T17:35:42Z', basis: 'unsigned', counts: {}, sections: listed, terminals: [] });
  const padded = Buffer.from(header.padEnd(Math.ceil(header.length / 4) * 4));
  const head = Buffer.alloc(12);
  head.write('SKYW');
  head.writeUInt32LE(1, 4);
  head.writeUInt32LE(padded.length, 8);
  const body = Buffer.alloc(offset);
  sections.forEach(([, , values], i) => Buffer.from(values.buffer).copy(body, listed[i].offset));
  return new Uint8Array(Buffer.concat([head, padded, body])).buffer;
}

const SECTIONS = [
  ['sat_position_km', 'f32', Float32Array.of(6918, 0, 0)],
  ['sat_velocity_km_s', 'f32', Float32Array.of(0, 4.2, 5.7)],
  ['sat_state', 'u8', Uint8Array.of(0)],
  ['sat_gateway', 'u32', Uint32Array.of(NONE)],
  ['laser_a', 'u32', new Uint32Array(0)],
  ['laser_b', 'u32', new Uint32Array(0)],
  ['laser_load', 'u8', new Uint8Array(0)],
  ['cell_state', 'u8', Uint8Array.of(0, 1, 2)],
  ['cell_satellite', 'u32', Uint32Array.of(0, NONE, NONE)],
  ['cell_down_mbps', 'f32', Float32Array.of(100, 0, 0)],
];

test('a slot is read', () => {
  const slot = decode(slotBytes(SECTIONS));
  assert.equal(slot.number, 98626944);
  assert.deepEqual([...slot.position], [6918, 0, 0]);
  assert.deepEqual([...slot.cellState], [0, 1, 2]);
  assert.equal(slot.cellSatellite[1], NONE);
});

test('what is no slot is refused with its reason', () => {
  assert.throws(() => decode(new ArrayBuffer(40)), /does not begin with SKYW/);
  assert.throws(() => decode(slotBytes(SECTIONS.slice(1))), /no section sat_position_km/);
  const cut = slotBytes(SECTIONS).slice(0, -8);
  assert.throws(() => decode(cut), /beyond the end/);
});

test('between the edges of slots satellites are where the orbit has them, to 20 m in 15 s', () => {
  // a circular orbit in the inertial frame, seen from the turning Earth
  const r = 6918;
  const n = Math.sqrt(398600.4418 / r ** 3);
  const w = 7.292115e-5;
  const tilt = 0.925;
  const at = (s) => {
    const u = 0.7 + n * s;
    const [x, y, z] = [r * Math.cos(u), r * Math.sin(u) * Math.cos(tilt), r * Math.sin(u) * Math.sin(tilt)];
    return [x * Math.cos(w * s) + y * Math.sin(w * s), -x * Math.sin(w * s) + y * Math.cos(w * s), z];
  };
  const velocity = at(0.01).map((p, i) => (p - at(-0.01)[i]) / 0.02);
  const found = extrapolate(at(0), velocity, 0, 15, [0, 0, 0]);
  const error = Math.hypot(...at(15).map((p, i) => p - found[i]));
  assert.ok(error < 0.02, `${error} km`);
});

test('slots begin when GPS seconds divide by 15', () => {
  const start = startOf(98626944);
  assert.equal(new Date(start).toISOString(), '2026-11-22T17:35:42.000Z');
  assert.equal(slotAt(start), 98626944);
  assert.equal(slotAt(start - 1), 98626943);
});

test('the sun stands over the tropic in June and over Greenwich near noon', () => {
  const [x, y, z] = sunDirection(Date.UTC(2026, 5, 21, 12, 2));
  assert.ok(Math.abs((Math.asin(z) * 180) / Math.PI - 23.44) < 0.02);
  assert.ok(Math.abs((Math.atan2(y, x) * 180) / Math.PI) < 0.3);
});

test('places go to the ellipsoid and back', () => {
  for (const [lat, lon] of [[50.45, 30.52], [-77, 179.9], [0, -180], [89.9, 12]]) {
    const back = under(place(lat, lon));
    assert.ok(Math.abs(back.lat - lat) < 1e-9 && Math.abs(((back.lon - lon + 540) % 360) - 180) < 1e-9);
  }
});

test('rings over the antimeridian and around a pole are unwrapped', () => {
  assert.deepEqual(unwrap([[179, 1], [-179, 1], [-179, 2], [179, 1]]).map(([lon]) => lon), [179, 181, 181, 179]);
  const around = unwrap([[-120, -70], [0, -70], [120, -70], [-121, -70]]);
  assert.deepEqual(around.slice(-2), [[239, -90], [-120, -90]]);
});

test('states of cells have their classes', () => {
  const classes = cellClasses([{ code: 0, name: 'no_power', words: '', refused: false }, { code: 1, name: 'BLOCKED_AREA', words: '', refused: true }]);
  assert.deepEqual([...classes.slice(0, 5)], [CELL.served, CELL.idle, CELL.local, CELL.refused, CELL.network]);
  assert.equal(outageClass('no_gateway'), CELL.network);
});
