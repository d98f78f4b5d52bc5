// A slot as the service sends it (docs/live.md): a header of JSON, and sections of numbers behind it.

/**
 * @typedef {object} TerminalNow
 * @property {boolean} served
 * @property {string | null} outage
 * @property {number | null} satellite
 * @property {number | null} gateway
 * @property {number | null} pop
 * @property {number | null} rtt_ms
 * @property {{up: number, lasers: number, down: number, fibre: number, access: number} | null} rtt_parts_ms
 * @property {number} down_mbps
 * @property {number} up_mbps
 * @property {string | null} limit
 * @property {number | null} elevation_deg
 * @property {number | null} azimuth_deg
 * @property {number[]} hops
 */

/**
 * @typedef {object} Slot
 * @property {number} number
 * @property {number} starts ms since 1970
 * @property {string} basis
 * @property {TerminalNow[]} terminals
 * @property {Float32Array} position km, ECEF
 * @property {Float32Array} velocity km/s
 * @property {Uint8Array} state 0 serving, 1 laser only, 2 in transit, 3 unknown, 4 failed
 * @property {Uint32Array} gateway of each satellite, NONE without one
 * @property {Uint32Array} laserA
 * @property {Uint32Array} laserB
 * @property {Uint8Array} laserLoad
 * @property {Uint8Array} cellState 0 served, 1 asks for nothing, else 2 and the place in the list of outages
 * @property {Uint32Array} cellSatellite NONE without one
 * @property {Float32Array} cellDown Mbit/s
 * @property {number} bytes
 */

export const NONE = 0xffffffff;
const MAGIC = 0x57594b53; // "SKYW"

/** @type {Record<string, new (buffer: ArrayBuffer, offset: number, length: number) => ArrayLike<number>>} */
const TYPES = { f32: Float32Array, u32: Uint32Array, u16: Uint16Array, u8: Uint8Array };

/**
 * @param {ArrayBuffer} buffer
 * @returns {Slot}
 */
export function decode(buffer) {
  const head = new DataView(buffer);
  if (buffer.byteLength < 12 || head.getUint32(0, true) !== MAGIC) throw new Error('not a slot: it does not begin with SKYW');
  const version = head.getUint32(4, true);
  if (version !== 1) throw new Error(`a slot of version ${version}; this page reads version 1`);
  const length = head.getUint32(8, true);
  const base = 12 + length;
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 12, length)));
  /** @type {Map<string, any>} */
  const sections = new Map();
  for (const { name, type, offset, length: bytes } of header.sections) {
    const made = TYPES[type];
    if (!made) throw new Error(`section ${name} has type ${type}, which this page does not read`);
    const size = /** @type {any} */ (made).BYTES_PER_ELEMENT;
    if (base + offset + bytes > buffer.byteLength) throw new Error(`section ${name} goes beyond the end of the slot`);
    sections.set(name, new made(buffer, base + offset, bytes / size));
  }
  /** @param {string} name */
  const section = (name) => {
    const found = sections.get(name);
    if (!found) throw new Error(`the slot has no section ${name}`);
    return found;
  };
  return {
    number: header.slot,
    starts: Date.parse(header.starts_utc),
    basis: header.basis,
    terminals: header.terminals,
    position: section('sat_position_km'),
    velocity: section('sat_velocity_km_s'),
    state: section('sat_state'),
    gateway: section('sat_gateway'),
    laserA: section('laser_a'),
    laserB: section('laser_b'),
    laserLoad: section('laser_load'),
    cellState: section('cell_state'),
    cellSatellite: section('cell_satellite'),
    cellDown: section('cell_down_mbps'),
    bytes: buffer.byteLength,
  };
}

/**
 * Round-trip times of the listed terminals that are served, sorted, ms.
 * @param {Slot} slot
 */
export function roundTrips(slot) {
  return slot.terminals.flatMap((now) => (now.rtt_ms === null ? [] : [now.rtt_ms])).sort((a, b) => a - b);
}

/**
 * How many cells are in which state.
 * @param {Slot} slot
 */
export function cellCounts(slot) {
  const by = new Uint32Array(256);
  for (const state of slot.cellState) by[state]++;
  const served = by[0];
  return { by, served, asking: slot.cellState.length - by[1] };
}
