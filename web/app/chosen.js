// What the reader has chosen on the globe, and what hangs on it.

import { signal } from './signal.js';
import { NONE } from './slot.js';
import { place } from './orbit.js';
import { slot, world } from './live.js';

/** @typedef {'satellite' | 'gateway' | 'pop' | 'terminal' | 'cell'} Kind */
/** @typedef {{kind: Kind, index: number}} Chosen */

/** @type {import('./signal.js').Signal<Chosen | null>} */
export const chosen = signal(/** @type {Chosen | null} */ (null));

/** @param {Kind} kind @param {number} index */
export function choose(kind, index) {
  chosen.value = { kind, index };
}

/** @param {Chosen} what */
export function nameOf({ kind, index }) {
  const known = world.value;
  if (!known) return '';
  if (kind === 'satellite') return known.satellites[index]?.name ?? '';
  if (kind === 'gateway') return known.gateways[index]?.name ?? '';
  if (kind === 'pop') return known.pops[index] ? `${known.pops[index].name} (${known.pops[index].code})` : '';
  if (kind === 'terminal') return known.terminals[index]?.name ?? '';
  return known.cells[index]?.h3 ?? '';
}

/** Where something on the ground is. @param {Chosen} what */
export function placeOf({ kind, index }) {
  const known = world.value;
  if (!known || kind === 'satellite') return null;
  const lists = { gateway: known.gateways, pop: known.pops, terminal: known.terminals, cell: known.cells };
  return lists[kind][index] ?? null;
}

/** @param {ArrayLike<number>} list @param {number} value */
export function indexesOf(list, value) {
  const found = [];
  for (let i = 0; i < list.length; i++) if (list[i] === value) found.push(i);
  return found;
}

/**
 * Satellites at the other ends of a satellite's lasers.
 * @param {import('./slot.js').Slot} now
 * @param {number} index
 */
export function neighbours({ laserA, laserB, laserLoad }, index) {
  const found = [];
  for (let i = 0; i < laserA.length; i++) {
    if (laserA[i] === index) found.push({ satellite: laserB[i], load: laserLoad[i] / 255 });
    if (laserB[i] === index) found.push({ satellite: laserA[i], load: laserLoad[i] / 255 });
  }
  return found;
}

const HEIGHT = 0.0016;

/** @param {{lat_deg: number, lon_deg: number}} site */
function end(site) {
  return { at: place(site.lat_deg, site.lon_deg, HEIGHT) };
}

/**
 * Fibre along the great circle between two places.
 * @param {{lat_deg: number, lon_deg: number}} a
 * @param {{lat_deg: number, lon_deg: number}} b
 * @param {string} ink
 * @returns {import('./globe/ribbons.js').Ribbon[]}
 */
function fibre(a, b, ink) {
  const p = place(a.lat_deg, a.lon_deg);
  const q = place(b.lat_deg, b.lon_deg);
  const angle = Math.acos(Math.max(-1, Math.min(1, (p[0] * q[0] + p[1] * q[1] + p[2] * q[2]) / (Math.hypot(...p) * Math.hypot(...q)))));
  const pieces = Math.max(1, Math.ceil(angle / 0.03));
  /** @param {number} f @returns {[number, number, number]} */
  const spot = (f) => {
    if (angle < 1e-6) return p;
    const u = Math.sin((1 - f) * angle) / Math.sin(angle);
    const v = Math.sin(f * angle) / Math.sin(angle);
    const s = 1 + HEIGHT;
    return [s * (u * p[0] + v * q[0]), s * (u * p[1] + v * q[1]), s * (u * p[2] + v * q[2])];
  };
  return Array.from({ length: pieces }, (_, i) => ({
    from: { at: spot(i / pieces) },
    to: { at: spot((i + 1) / pieces) },
    ink,
    width: 3,
    flow: 2,
  }));
}

/**
 * What is drawn for what is chosen.
 * @param {Chosen | null} what
 * @param {import('./globe/colours.js').Palette} palette
 * @param {string[]} parts colours of up, lasers, down, fibre
 * @returns {import('./globe/ribbons.js').Ribbon[]}
 */
export function ribbonsOf(what, palette, parts) {
  const now = slot.value;
  const known = world.value;
  if (!what || !now || !known) return [];
  const { kind, index } = what;
  if (kind === 'terminal') return way(now.terminals[index], known.terminals[index], known, parts);
  if (kind === 'satellite') {
    const gateway = known.gateways[now.gateway[index]];
    const cells = indexesOf(now.cellSatellite, index);
    return [
      ...cells.map((cell) => ({ from: { satellite: index }, to: end(known.cells[cell]), ink: palette.cells[0], width: 1, flow: 0, share: 0.55 })),
      ...neighbours(now, index).map(({ satellite }) => ({ from: { satellite: index }, to: { satellite }, ink: parts[1], width: 2, flow: 0 })),
      ...(gateway ? [{ from: { satellite: index }, to: end(gateway), ink: parts[2], width: 2.5, flow: 2 }] : []),
    ];
  }
  if (kind === 'gateway') {
    const held = indexesOf(now.gateway, index);
    return held.map((satellite) => ({ from: end(known.gateways[index]), to: { satellite }, ink: parts[2], width: 1.6, flow: 0, share: 0.8 }));
  }
  if (kind === 'cell') {
    const satellite = now.cellSatellite[index];
    if (satellite === NONE) return [];
    const gateway = known.gateways[now.gateway[satellite]];
    return [
      { from: end(known.cells[index]), to: { satellite }, ink: parts[0], width: 2.5, flow: 2 },
      ...(gateway ? [{ from: { satellite }, to: end(gateway), ink: parts[2], width: 2.5, flow: 2 }] : []),
    ];
  }
  return known.terminals.flatMap((terminal, i) =>
    now.terminals[i]?.pop === index ? way(now.terminals[i], terminal, known, parts) : [],
  );
}

/**
 * @param {import('./slot.js').TerminalNow | undefined} now
 * @param {{lat_deg: number, lon_deg: number}} terminal
 * @param {import('./live.js').World} known
 * @param {string[]} parts
 * @returns {import('./globe/ribbons.js').Ribbon[]}
 */
function way(now, terminal, known, parts) {
  if (!now?.served || now.satellite === null) return [];
  const hops = now.hops.length ? now.hops : [now.satellite];
  const gateway = now.gateway === null ? null : known.gateways[now.gateway];
  const pop = now.pop === null ? null : known.pops[now.pop];
  return [
    { from: end(terminal), to: { satellite: hops[0] }, ink: parts[0], width: 3.2, flow: 3 },
    ...hops.slice(1).map((satellite, i) => ({ from: { satellite: hops[i] }, to: { satellite }, ink: parts[1], width: 3.2, flow: 3 })),
    ...(gateway ? [{ from: { satellite: hops[hops.length - 1] }, to: end(gateway), ink: parts[2], width: 3.2, flow: 3 }] : []),
    ...(gateway && pop ? fibre(gateway, pop, parts[3]) : []),
  ];
}
