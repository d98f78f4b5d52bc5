// Satellites and lasers. Positions and velocities go to the GPU once a slot, as a texture that vertices read.

import {
  BufferAttribute, BufferGeometry, DataTexture, DynamicDrawUsage, FloatType, LineSegments, NearestFilter, Points, RGBAFormat,
} from '../../vendor/three/three.module.min.js';
import { colour, material, ROW, SATELLITE, shared } from './shaders.js';

const DOT = `
${SATELLITE}
attribute float which;
uniform float ratio;
uniform vec3 colours[5];
uniform float chosen;
varying vec3 ink;
varying float state;
void main() {
  vec4 s = satellite(which);
  state = s.w;
  ink = colours[int(min(state, 4.0))];
  vec4 seen = modelViewMatrix * vec4(s.xyz, 1.0);
  gl_Position = projectionMatrix * seen;
  float near = clamp(2.4 / max(0.05, -seen.z), 0.7, 2.4);
  float size = state > 3.5 ? 3.6 : state > 0.5 ? 1.7 : 2.1;
  gl_PointSize = ratio * size * near * (which == chosen ? 2.4 : 1.0);
  if (length(s.xyz) < 0.9) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
}
`;

const DOT_INK = `
varying vec3 ink;
varying float state;
void main() {
  vec2 p = 2.0 * gl_PointCoord - 1.0;
  float r = length(p);
  float a = smoothstep(1.0, 0.55, r);
  if (state > 3.5) a = smoothstep(0.45, 0.2, min(abs(p.x - p.y), abs(p.x + p.y)));
  gl_FragColor = vec4(ink, a * (state > 0.5 && state < 3.5 ? 0.75 : 0.95));
  if (a < 0.02) discard;
}
`;

const BEAM = `
${SATELLITE}
attribute float which;
attribute float load;
uniform float laserShare;
varying float share;
void main() {
  vec4 s = satellite(which);
  float facing = abs(dot(normalize(s.xyz), normalize(cameraPosition - s.xyz)));
  share = laserShare * (0.45 + 2.2 * load) * mix(0.12, 1.0, smoothstep(0.05, 0.7, facing));
  gl_Position = projectionMatrix * modelViewMatrix * vec4(s.xyz, 1.0);
}
`;

const BEAM_INK = `
uniform vec3 laser;
varying float share;
void main() {
  gl_FragColor = vec4(laser, share);
}
`;

export class Space {
  constructor() {
    this.texels = new Float32Array(ROW * 4);
    this.texture = textureOf(this.texels);
    this.dots = material({ colours: { value: [] }, chosen: { value: -1 } }, DOT, DOT_INK);
    this.beams = material({ laser: { value: colour('#fff') }, laserShare: { value: 0.2 } }, BEAM, BEAM_INK);
    this.points = new Points(new BufferGeometry(), this.dots);
    this.points.frustumCulled = false;
    this.points.renderOrder = 5;
    this.lasers = new LineSegments(new BufferGeometry(), this.beams);
    this.lasers.frustumCulled = false;
    this.lasers.renderOrder = 4;
    this.objects = [this.lasers, this.points];
    this.capacity = 0;
  }

  /** @param {number} count of satellites */
  setCount(count) {
    const rows = Math.max(1, Math.ceil((2 * count) / ROW));
    this.texels = new Float32Array(rows * ROW * 4);
    this.texture.dispose();
    this.texture = textureOf(this.texels);
    shared.orbits.value = this.texture;
    const geometry = new BufferGeometry();
    const which = Float32Array.from({ length: count }, (_, i) => i);
    geometry.setAttribute('which', new BufferAttribute(which, 1));
    geometry.setAttribute('position', new BufferAttribute(new Float32Array(3 * count), 3));
    this.points.geometry.dispose();
    this.points.geometry = geometry;
  }

  /** @param {import('../slot.js').Slot} slot */
  setSlot(slot) {
    const { position, velocity, state } = slot;
    const out = this.texels;
    for (let i = 0, from = 0, to = 0; i < state.length; i++, from += 3, to += 8) {
      out[to] = position[from];
      out[to + 1] = position[from + 1];
      out[to + 2] = position[from + 2];
      out[to + 3] = state[i];
      out[to + 4] = velocity[from];
      out[to + 5] = velocity[from + 1];
      out[to + 6] = velocity[from + 2];
    }
    this.texture.needsUpdate = true;
    this.setLasers(slot);
  }

  /** @param {import('../slot.js').Slot} slot */
  setLasers({ laserA, laserB, laserLoad }) {
    const count = laserA.length;
    if (count > this.capacity) {
      this.capacity = Math.ceil(count * 1.2);
      const geometry = new BufferGeometry();
      for (const name of ['which', 'load']) {
        geometry.setAttribute(name, new BufferAttribute(new Float32Array(2 * this.capacity), 1).setUsage(DynamicDrawUsage));
      }
      geometry.setAttribute('position', new BufferAttribute(new Float32Array(6 * this.capacity), 3));
      this.lasers.geometry.dispose();
      this.lasers.geometry = geometry;
    }
    const { geometry } = this.lasers;
    if (!this.capacity) return;
    const which = /** @type {BufferAttribute} */ (geometry.getAttribute('which'));
    const load = /** @type {BufferAttribute} */ (geometry.getAttribute('load'));
    for (let i = 0; i < count; i++) {
      which.array[2 * i] = laserA[i];
      which.array[2 * i + 1] = laserB[i];
      load.array[2 * i] = load.array[2 * i + 1] = laserLoad[i] / 255;
    }
    which.needsUpdate = load.needsUpdate = true;
    geometry.setDrawRange(0, 2 * count);
  }

  /** @param {import('./colours.js').Palette} palette */
  setPalette(palette) {
    this.dots.uniforms.colours.value = palette.satellites.map(colour);
    this.beams.uniforms.laser.value = colour(palette.laser);
    this.beams.uniforms.laserShare.value = palette.laserShare;
  }
}

/** @param {Float32Array} texels */
function textureOf(texels) {
  const texture = new DataTexture(/** @type {any} */ (texels), ROW, texels.length / ROW / 4, RGBAFormat, FloatType);
  texture.minFilter = texture.magFilter = NearestFilter;
  texture.needsUpdate = true;
  return texture;
}
