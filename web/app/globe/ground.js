// What stands on the ground: cells in one draw call; gateways, PoPs and listed terminals in another.

import { BufferAttribute, BufferGeometry, DynamicDrawUsage, Points } from '../../vendor/three/three.module.min.js';
import { place } from '../orbit.js';
import { colour, material } from './shaders.js';
import { cellClasses, outageClass } from './colours.js';

/** Diameter of a position cell (H3 resolution 5), Earth radii. */
const CELL_SIZE = 17 / 6378;

/** The class of cells that a what-if loses, after those of colours.js. */
const LOST = 5;

const CELL_SPOT = `
attribute float kind;
uniform float focal;
uniform float ratio;
uniform vec3 colours[6];
varying vec3 ink;
varying float share;
void main() {
  vec3 n = normalize(position);
  vec4 seen = modelViewMatrix * vec4(position, 1.0);
  gl_Position = projectionMatrix * seen;
  vec3 toEye = normalize(cameraPosition - position);
  float facing = dot(n, toEye);
  float exact = focal * ${CELL_SIZE.toFixed(6)} / -seen.z;
  float least = ratio * (kind > 4.5 ? 4.5 : kind > 1.5 ? 1.9 : kind > 0.5 ? 0.9 : 1.25);
  gl_PointSize = max(exact, least);
  ink = colours[int(kind)];
  float crowd = clamp(exact / least, 0.30, 1.0);
  share = (kind > 1.5 ? 0.95 : kind > 0.5 ? 0.35 : mix(0.42, 0.62, crowd)) * smoothstep(0.0, 0.35, facing);
  if (facing < 0.0) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
}
`;

const CELL_INK = `
varying vec3 ink;
varying float share;
void main() {
  float r = length(2.0 * gl_PointCoord - 1.0);
  float a = smoothstep(1.0, 0.8, r);
  if (a < 0.02) discard;
  gl_FragColor = vec4(ink, a * share);
}
`;

const SITE_SPOT = `
attribute float kind;
attribute float state;
uniform float ratio;
uniform vec3 gateway;
uniform vec3 pop;
uniform vec3 terminal;
uniform vec3 colours[5];
uniform vec2 shown;
varying vec3 ink;
varying float shape;
varying float off;
void main() {
  vec4 seen = modelViewMatrix * vec4(position, 1.0);
  gl_Position = projectionMatrix * seen;
  vec3 n = normalize(position);
  float facing = dot(n, normalize(cameraPosition - position));
  float near = clamp(2.2 / max(0.05, -seen.z), 0.75, 2.2);
  gl_PointSize = ratio * near * (kind < 0.5 ? 6.5 : kind < 1.5 ? 8.0 : 9.0);
  ink = kind < 0.5 ? gateway : kind < 1.5 ? pop : state > 0.5 ? colours[int(state)] : terminal;
  shape = kind;
  off = state;
  bool left = kind < 0.5 ? shown.x < 0.5 : kind < 1.5 && shown.y < 0.5;
  if (left || facing < 0.02) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
}
`;

const SITE_INK = `
varying vec3 ink;
varying float shape;
varying float off;
void main() {
  vec2 p = 2.0 * gl_PointCoord - 1.0;
  float d = shape < 0.5 ? abs(p.x) + abs(p.y) : shape < 1.5 ? max(abs(p.x), abs(p.y)) / 0.72 : length(p);
  float a = smoothstep(1.0, 0.82, d);
  if (shape > 0.5) {
    float hole = shape < 1.5 ? 0.5 : 0.55;
    a *= smoothstep(hole - 0.15, hole, d) * 0.999 + (shape > 1.5 ? smoothstep(0.34, 0.2, d) : 0.0);
  }
  if (a < 0.02) discard;
  gl_FragColor = vec4(ink, a);
}
`;

export class Ground {
  constructor() {
    /** @type {import('../../vendor/three/three.module.min.js').Color[]} */
    const none = [];
    this.cellInk = material({ colours: { value: none } }, CELL_SPOT, CELL_INK);
    this.siteInk = material(
      {
        colours: { value: none },
        gateway: { value: colour('#fff') },
        pop: { value: colour('#fff') },
        terminal: { value: colour('#fff') },
        shown: { value: [1, 1] },
      },
      SITE_SPOT,
      SITE_INK,
    );
    this.cells = new Points(new BufferGeometry(), this.cellInk);
    this.sites = new Points(new BufferGeometry(), this.siteInk);
    this.cells.frustumCulled = this.sites.frustumCulled = false;
    this.cells.renderOrder = 2;
    this.sites.renderOrder = 3;
    this.objects = [this.cells, this.sites];
    this.classes = new Uint8Array(256);
    this.firstTerminal = 0;
    /** @type {number[]} */
    this.lost = [];
    /** @type {Uint8Array} */
    this.states = new Uint8Array(0);
    this.positions = new Float32Array(0);
  }

  /** @param {import('../live.js').World} world */
  setWorld(world) {
    this.classes = cellClasses(world.outages);
    const spots = new Float32Array(3 * world.cells.length);
    world.cells.forEach((cell, i) => spots.set(place(cell.lat_deg, cell.lon_deg, 0.0009), 3 * i));
    this.positions = spots;
    this.cells.geometry.dispose();
    this.cells.geometry = new BufferGeometry();
    this.cells.geometry.setAttribute('position', new BufferAttribute(spots, 3));
    const kinds = new BufferAttribute(new Uint8Array(world.cells.length).fill(1), 1).setUsage(DynamicDrawUsage);
    this.cells.geometry.setAttribute('kind', kinds);

    const sites = [...world.gateways, ...world.pops, ...world.terminals];
    this.firstTerminal = world.gateways.length + world.pops.length;
    const places = new Float32Array(3 * sites.length);
    sites.forEach((site, i) => places.set(place(site.lat_deg, site.lon_deg, 0.0015), 3 * i));
    const kindOf = (/** @type {number} */ i) => (i < world.gateways.length ? 0 : i < this.firstTerminal ? 1 : 2);
    const siteKinds = Float32Array.from(sites, (_, i) => kindOf(i));
    this.sites.geometry.dispose();
    this.sites.geometry = new BufferGeometry();
    this.sites.geometry.setAttribute('position', new BufferAttribute(places, 3));
    this.sites.geometry.setAttribute('kind', new BufferAttribute(siteKinds, 1));
    const states = new BufferAttribute(new Float32Array(sites.length), 1).setUsage(DynamicDrawUsage);
    this.sites.geometry.setAttribute('state', states);
  }

  /** @param {import('../slot.js').Slot} slot */
  setSlot(slot) {
    const kinds = /** @type {BufferAttribute | undefined} */ (this.cells.geometry.getAttribute('kind'));
    if (!kinds || kinds.count !== slot.cellState.length) return;
    const { array } = kinds;
    for (let i = 0; i < array.length; i++) array[i] = this.classes[slot.cellState[i]];
    for (const i of this.lost) array[i] = LOST;
    this.states = slot.cellState;
    kinds.needsUpdate = true;
    const states = /** @type {BufferAttribute} */ (this.sites.geometry.getAttribute('state'));
    slot.terminals.forEach((now, i) => {
      states.array[this.firstTerminal + i] = now.served ? 0 : outageClass(now.outage);
    });
    states.needsUpdate = true;
  }

  /** Marks cells that a what-if loses. @param {number[]} lost */
  setLost(lost) {
    const kinds = /** @type {BufferAttribute | undefined} */ (this.cells.geometry.getAttribute('kind'));
    if (!kinds) return;
    for (const i of this.lost) kinds.array[i] = this.classes[this.states[i] ?? 1];
    for (const i of lost) kinds.array[i] = LOST;
    this.lost = lost;
    kinds.needsUpdate = true;
  }

  /** @param {import('./colours.js').Palette} palette */
  setPalette(palette) {
    const cells = palette.cells.map(colour);
    this.cellInk.uniforms.colours.value = [...cells, colour(palette.lost)];
    this.siteInk.uniforms.colours.value = cells;
    this.siteInk.uniforms.gateway.value = colour(palette.gateway);
    this.siteInk.uniforms.pop.value = colour(palette.pop);
    this.siteInk.uniforms.terminal.value = colour(palette.terminal);
  }
}
