// Lines of some width between satellites and places: the way of a terminal, and what hangs on what is chosen.

import { BufferAttribute, InstancedBufferAttribute, InstancedBufferGeometry, Mesh, DoubleSide } from '../../vendor/three/three.module.min.js';
import { colour, material, SATELLITE } from './shaders.js';

/** @typedef {{satellite: number} | {at: [number, number, number]}} End a satellite, or a place in Earth radii */
/** @typedef {{from: End, to: End, ink: string, width: number, flow: number, share?: number}} Ribbon width in pixels; flow 0 stands still */

const STRIP = `
${SATELLITE}
attribute vec4 head;
attribute vec4 tail;
attribute vec4 ink4;
attribute vec2 style;
uniform vec2 viewport;
uniform float ratio;
varying vec4 ink;
varying float along;
varying float across;
varying float flow;
vec3 spot(vec4 e) {
  return e.w < -0.5 ? e.xyz : satellite(e.w).xyz;
}
void main() {
  vec3 p = spot(head);
  vec3 q = spot(tail);
  vec4 a = projectionMatrix * modelViewMatrix * vec4(p, 1.0);
  vec4 b = projectionMatrix * modelViewMatrix * vec4(q, 1.0);
  vec4 here = mix(a, b, position.x);
  vec2 way = b.xy / max(b.w, 1e-3) - a.xy / max(a.w, 1e-3);
  vec2 px = normalize(way * viewport + vec2(1e-6, 0.0));
  vec2 side = vec2(-px.y, px.x) * (style.x * ratio + 1.0) / viewport;
  gl_Position = here + vec4(side * position.y * here.w, 0.0, 0.0);
  ink = ink4;
  across = position.y * (style.x * ratio + 1.0) / max(1.0, style.x * ratio);
  along = position.x * distance(p, q);
  flow = style.y;
}
`;

const STRIP_INK = `
uniform float time;
varying vec4 ink;
varying float along;
varying float across;
varying float flow;
void main() {
  float a = smoothstep(1.0, 0.75, abs(across));
  float pulse = flow > 0.0 ? 0.62 + 0.38 * smoothstep(0.55, 1.0, sin(90.0 * along - flow * time) * 0.5 + 0.5) : 1.0;
  gl_FragColor = vec4(ink.rgb, ink.a * a * pulse);
}
`;

export class Ribbons {
  constructor() {
    this.ink = material({}, STRIP, STRIP_INK, { side: DoubleSide });
    this.mesh = new Mesh(strip(0), this.ink);
    this.mesh.frustumCulled = false;
    this.mesh.renderOrder = 6;
    this.mesh.visible = false;
    this.objects = [this.mesh];
  }

  /** @param {Ribbon[]} ribbons */
  set(ribbons) {
    this.mesh.visible = ribbons.length > 0;
    if (!ribbons.length) return;
    const geometry = strip(ribbons.length);
    const head = geometry.getAttribute('head').array;
    const tail = geometry.getAttribute('tail').array;
    const ink = geometry.getAttribute('ink4').array;
    const style = geometry.getAttribute('style').array;
    ribbons.forEach((ribbon, i) => {
      head.set(four(ribbon.from), 4 * i);
      tail.set(four(ribbon.to), 4 * i);
      const c = colour(ribbon.ink);
      ink.set([c.r, c.g, c.b, ribbon.share ?? 1], 4 * i);
      style.set([ribbon.width, ribbon.flow], 2 * i);
    });
    this.mesh.geometry.dispose();
    this.mesh.geometry = geometry;
  }
}

/** @param {End} end */
function four(end) {
  return 'satellite' in end ? [0, 0, 0, end.satellite] : [...end.at, -1];
}

/** @param {number} count */
function strip(count) {
  const geometry = new InstancedBufferGeometry();
  const corners = new Float32Array([0, -1, 0, 1, -1, 0, 0, 1, 0, 1, 1, 0]);
  geometry.setAttribute('position', new BufferAttribute(corners, 3));
  geometry.setIndex([0, 1, 2, 2, 1, 3]);
  for (const [name, size] of /** @type {const} */ ([['head', 4], ['tail', 4], ['ink4', 4], ['style', 2]])) {
    geometry.setAttribute(name, new InstancedBufferAttribute(new Float32Array(size * count), size));
  }
  geometry.instanceCount = count;
  return geometry;
}
