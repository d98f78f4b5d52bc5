// What several shaders share.

import { Color, ShaderMaterial } from '../../vendor/three/three.module.min.js';
import { EARTH_KM } from '../orbit.js';

/** Texels in a row of the texture of orbits; a satellite has two: position and state, velocity. */
export const ROW = 256;

/** Where a satellite is now, in Earth radii, and its state: orbit.js in the vertex shader. */
export const SATELLITE = `
uniform highp sampler2D orbits;
uniform float dt;
vec4 satellite(float index) {
  int texel = 2 * int(index + 0.5);
  ivec2 at = ivec2(texel % ${ROW}, texel / ${ROW});
  vec4 p = texelFetch(orbits, at, 0);
  vec3 v = texelFetch(orbits, at + ivec2(1, 0), 0).xyz;
  const float mu = 398600.4418;
  const float turn = 7.292115e-5;
  float r = max(length(p.xyz), 1.0);
  vec3 a = -mu / (r * r * r) * p.xyz
    + vec3(2.0 * turn * v.y + turn * turn * p.x, -2.0 * turn * v.x + turn * turn * p.y, 0.0);
  return vec4((p.xyz + v * dt + 0.5 * a * dt * dt) / ${EARTH_KM.toFixed(3)}, p.w);
}
`;

/** Things that all materials may look at; one object, so that a frame sets each once. */
export const shared = {
  dt: { value: 0 },
  time: { value: 0 },
  orbits: { value: /** @type {import('../../vendor/three/three.module.min.js').Texture | null} */ (null) },
  sun: { value: [1, 0, 0] },
  /** pixels a unit of length at distance 1 */
  focal: { value: 1000 },
  ratio: { value: 1 },
  viewport: { value: [1, 1] },
};

/**
 * @param {Record<string, {value: any}>} uniforms
 * @param {string} vertexShader
 * @param {string} fragmentShader
 * @param {Partial<import('../../vendor/three/three.module.min.js').ShaderMaterialParameters>} [more]
 */
export function material(uniforms, vertexShader, fragmentShader, more = {}) {
  const made = new ShaderMaterial({ vertexShader, fragmentShader, transparent: true, depthWrite: false, ...more });
  made.uniforms = { ...shared, ...uniforms };
  return made;
}

/** @param {string} hex */
export function colour(hex) {
  return new Color(hex);
}
