// What is under the pointer: satellites and sites by their places on the screen, cells by the place on the ground.

import { Matrix4, Vector3 } from '../../vendor/three/three.module.min.js';
import { EARTH_KM, extrapolate, place, under } from '../orbit.js';

/** @typedef {import('../chosen.js').Chosen} Chosen */

const REACH_PX = { satellite: 11, gateway: 12, pop: 13, terminal: 16 };
/** A cell is some 17 km across; a click counts for the nearest one within this, km. */
const CELL_REACH_KM = 14;

export class Picker {
  constructor() {
    /** @type {Map<number, number[]>} cells by whole degrees */
    this.grid = new Map();
    this.turned = new Matrix4();
  }

  /** @param {import('../live.js').World} world */
  setWorld(world) {
    this.grid.clear();
    world.cells.forEach((cell, i) => {
      const key = square(cell.lat_deg, cell.lon_deg);
      const list = this.grid.get(key);
      if (list) list.push(i);
      else this.grid.set(key, [i]);
    });
  }

  /**
   * @param {number} x pixels from the left of the canvas
   * @param {number} y from its top
   * @param {{camera: import('../../vendor/three/three.module.min.js').PerspectiveCamera, width: number, height: number, dt: number}} view
   * @param {import('../live.js').World} world
   * @param {import('../slot.js').Slot | null} slot
   * @param {{satellites: boolean, gateways: boolean, pops: boolean, cells: boolean}} shown
   * @returns {Chosen | null}
   */
  at(x, y, view, world, slot, shown) {
    this.turned.multiplyMatrices(view.camera.projectionMatrix, view.camera.matrixWorldInverse);
    const m = this.turned.elements;
    const eye = view.camera.position;
    /** @type {Chosen | null} */
    let best = null;
    let bestScore = 1;
    /** @param {Chosen['kind']} kind @param {number} index @param {number} px @param {number} py @param {number} pz */
    const offer = (kind, index, px, py, pz) => {
      const w = m[3] * px + m[7] * py + m[11] * pz + m[15];
      if (w <= 0) return;
      const sx = ((m[0] * px + m[4] * py + m[8] * pz + m[12]) / w) * 0.5 + 0.5;
      const sy = 0.5 - ((m[1] * px + m[5] * py + m[9] * pz + m[13]) / w) * 0.5;
      const dx = sx * view.width - x;
      const dy = sy * view.height - y;
      const reach = REACH_PX[/** @type {keyof typeof REACH_PX} */ (kind)];
      const score = (dx * dx + dy * dy) / (reach * reach);
      if (score < bestScore && !hidden(eye, px, py, pz)) {
        best = { kind, index };
        bestScore = score;
      }
    };
    world.terminals.forEach((site, i) => offer('terminal', i, ...place(site.lat_deg, site.lon_deg)));
    if (shown.pops) world.pops.forEach((site, i) => offer('pop', i, ...place(site.lat_deg, site.lon_deg)));
    if (shown.gateways) world.gateways.forEach((site, i) => offer('gateway', i, ...place(site.lat_deg, site.lon_deg)));
    if (slot && shown.satellites) {
      const p = [0, 0, 0];
      for (let i = 0; i < slot.state.length; i++) {
        extrapolate(slot.position, slot.velocity, i, view.dt, p);
        offer('satellite', i, p[0] / EARTH_KM, p[1] / EARTH_KM, p[2] / EARTH_KM);
      }
    }
    if (best || !shown.cells) return best;
    const spot = this.ground(x, y, view);
    return spot && this.cellAt(spot.lat, spot.lon, world);
  }

  /**
   * The place on the ground under a pixel.
   * @param {number} x
   * @param {number} y
   * @param {{camera: import('../../vendor/three/three.module.min.js').PerspectiveCamera, width: number, height: number}} view
   */
  ground(x, y, view) {
    const ray = new Vector3((x / view.width) * 2 - 1, 1 - (y / view.height) * 2, 0.5).unproject(view.camera);
    const eye = view.camera.position;
    ray.sub(eye).normalize();
    const b = eye.dot(ray);
    const c = eye.dot(eye) - 0.9955;
    const d = b * b - c;
    if (d < 0) return null;
    const at = ray.multiplyScalar(-b - Math.sqrt(d)).add(eye);
    return under([at.x, at.y, at.z]);
  }

  /**
   * @param {number} lat
   * @param {number} lon
   * @param {import('../live.js').World} world
   * @returns {Chosen | null}
   */
  cellAt(lat, lon, world) {
    let best = -1;
    let least = CELL_REACH_KM / 111.2;
    const wide = Math.min(4, Math.ceil(0.2 / Math.max(0.05, Math.cos((lat * Math.PI) / 180))));
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -wide; dx <= wide; dx++) {
        for (const i of this.grid.get(square(lat + dy, lon + dx)) ?? []) {
          const cell = world.cells[i];
          const east = (((cell.lon_deg - lon + 540) % 360) - 180) * Math.cos((lat * Math.PI) / 180);
          const away = Math.hypot(cell.lat_deg - lat, east);
          if (away < least) {
            least = away;
            best = i;
          }
        }
      }
    }
    return best < 0 ? null : { kind: 'cell', index: best };
  }
}

/** @param {number} lat @param {number} lon */
function square(lat, lon) {
  return Math.floor(lat + 90) * 360 + ((Math.floor(lon) + 540) % 360);
}

/**
 * Whether the Earth stands before a point.
 * @param {{x: number, y: number, z: number}} eye
 * @param {number} x
 * @param {number} y
 * @param {number} z
 */
export function hidden(eye, x, y, z) {
  const dx = x - eye.x;
  const dy = y - eye.y;
  const dz = z - eye.z;
  const far = Math.hypot(dx, dy, dz);
  const b = (eye.x * dx + eye.y * dy + eye.z * dz) / far;
  const c = eye.x * eye.x + eye.y * eye.y + eye.z * eye.z - 0.9925;
  const d = b * b - c;
  return d > 0 && -b - Math.sqrt(d) > 0 && -b - Math.sqrt(d) < far - 0.012;
}
