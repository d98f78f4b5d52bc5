// Where a satellite is between the starts of slots. The vertex shader of globe/satellites.js computes the same.

export const EARTH_KM = 6378.137;
const MU_KM3_S2 = 398600.4418;
const TURN_RAD_S = 7.292115e-5;

/**
 * Position after some seconds: gravity of a point, and what the turning frame adds (Coriolis, centrifugal), at the start.
 * @param {ArrayLike<number>} position km, ECEF, three a satellite
 * @param {ArrayLike<number>} velocity km/s, as seen from the turning Earth
 * @param {number} index of the satellite
 * @param {number} dt s
 * @param {number[]} out receives x, y, z in km
 */
export function extrapolate(position, velocity, index, dt, out) {
  const at = 3 * index;
  const x = position[at];
  const y = position[at + 1];
  const z = position[at + 2];
  const vx = velocity[at];
  const vy = velocity[at + 1];
  const vz = velocity[at + 2];
  const r = Math.hypot(x, y, z) || 1;
  const g = -MU_KM3_S2 / (r * r * r);
  const ax = g * x + 2 * TURN_RAD_S * vy + TURN_RAD_S * TURN_RAD_S * x;
  const ay = g * y - 2 * TURN_RAD_S * vx + TURN_RAD_S * TURN_RAD_S * y;
  const az = g * z;
  const half = 0.5 * dt * dt;
  out[0] = x + vx * dt + ax * half;
  out[1] = y + vy * dt + ay * half;
  out[2] = z + vz * dt + az * half;
  return out;
}

const FLATTENING = 1 / 298.257223563;
const E2 = FLATTENING * (2 - FLATTENING);

/**
 * A place on the WGS84 ellipsoid, in Earth radii, ECEF.
 * @param {number} lat degrees
 * @param {number} lon degrees east
 * @param {number} [height] Earth radii above it
 * @returns {[number, number, number]}
 */
export function place(lat, lon, height = 0) {
  const p = (lat * Math.PI) / 180;
  const l = (lon * Math.PI) / 180;
  const s = Math.sin(p);
  const n = 1 / Math.sqrt(1 - E2 * s * s);
  const across = (n + height) * Math.cos(p);
  return [across * Math.cos(l), across * Math.sin(l), (n * (1 - E2) + height) * s];
}

/**
 * Latitude and longitude (degrees) of the ellipsoid's point along a direction from the centre.
 * @param {ArrayLike<number>} v
 */
export function under(v) {
  const lon = (Math.atan2(v[1], v[0]) * 180) / Math.PI;
  const lat = (Math.atan2(v[2], (1 - E2) * Math.hypot(v[0], v[1])) * 180) / Math.PI;
  return { lat, lon };
}

/** Polar radius by equatorial radius. */
export const POLAR = 1 - FLATTENING;
