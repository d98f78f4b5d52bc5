// Coasts and borders: Natural Earth 1:50m as TopoJSON (vendor/world-atlas).

import { place } from '../orbit.js';

/** @typedef {{lines: Float32Array, polygons: number[][][][]}} Coasts */

/**
 * @param {any} topology
 * @returns {{coast: number[][][], borders: number[][][], polygons: number[][][][]}} arcs and polygons, longitude first, degrees
 */
export function readTopology(topology) {
  const { scale, translate } = topology.transform;
  const arcs = topology.arcs.map((/** @type {number[][]} */ arc) => {
    let x = 0;
    let y = 0;
    return arc.map(([dx, dy]) => [(x += dx) * scale[0] + translate[0], (y += dy) * scale[1] + translate[1]]);
  });
  const uses = new Uint8Array(arcs.length);
  /** @param {number[]} ring */
  const ringOf = (ring) =>
    ring.flatMap((index, k) => {
      const at = index < 0 ? ~index : index;
      uses[at]++;
      const points = index < 0 ? [...arcs[at]].reverse() : arcs[at];
      return k ? points.slice(1) : points;
    });
  /** @type {number[][][][]} */
  const polygons = [];
  for (const geometry of topology.objects.countries.geometries) {
    if (geometry.type === 'Polygon') polygons.push(geometry.arcs.map(ringOf));
    if (geometry.type === 'MultiPolygon') for (const arcsOf of geometry.arcs) polygons.push(arcsOf.map(ringOf));
  }
  /** @param {(used: number) => boolean} wanted */
  const chosen = (wanted) => arcs.filter((/** @type {unknown} */ _, /** @type {number} */ i) => wanted(uses[i]));
  return { coast: chosen((n) => n === 1), borders: chosen((n) => n > 1), polygons };
}

/**
 * Lines on the ground as pairs of points, Earth radii, ECEF; long edges are cut so that they stay on the ground.
 * @param {number[][][]} lines longitude first, degrees
 * @param {number} height Earth radii
 */
export function onGround(lines, height) {
  /** @type {number[]} */
  const out = [];
  for (const line of lines) {
    for (let i = 1; i < line.length; i++) {
      const [lonA, latA] = line[i - 1];
      const [lonB, latB] = line[i];
      const onSeam = Math.abs(lonA) >= 179.999 && Math.abs(lonB) >= 179.999;
      if (onSeam || Math.abs(lonB - lonA) > 180) continue;
      const pieces = Math.max(1, Math.ceil(Math.hypot(lonB - lonA, latB - latA) / 2));
      let before = place(latA, lonA, height);
      for (let k = 1; k <= pieces; k++) {
        const f = k / pieces;
        const next = place(latA + f * (latB - latA), lonA + f * (lonB - lonA), height);
        out.push(...before, ...next);
        before = next;
      }
    }
  }
  return new Float32Array(out);
}

/**
 * A ring without steps over the antimeridian: longitudes go on beyond 180, and a ring around a pole is closed along it.
 * @param {number[][]} ring
 */
export function unwrap(ring) {
  let turns = 0;
  const out = ring.map(([lon, lat], i) => {
    if (i) {
      const step = lon - ring[i - 1][0];
      if (step > 180) turns -= 360;
      if (step < -180) turns += 360;
    }
    return [lon + turns, lat];
  });
  const last = out[out.length - 1];
  if (Math.abs(last[0] - out[0][0]) > 180) {
    const pole = out.reduce((sum, [, lat]) => sum + lat, 0) < 0 ? -90 : 90;
    out.push([last[0], pole], [out[0][0], pole]);
  }
  return out;
}

/**
 * Fills polygons into a plate carrée.
 * @param {CanvasRenderingContext2D} ink
 * @param {number[][][][]} polygons longitude first, degrees
 */
export function fill(ink, polygons) {
  const { width, height } = ink.canvas;
  for (const polygon of polygons) {
    const rings = polygon.map(unwrap);
    const lons = rings[0].map(([lon]) => lon);
    const least = Math.min(...lons);
    const most = Math.max(...lons);
    for (const shift of [-360, 0, 360]) {
      if (most + shift < -180 || least + shift > 180) continue;
      ink.beginPath();
      for (const ring of rings) {
        ring.forEach(([lon, lat], i) => {
          const x = ((lon + shift + 180) / 360) * width;
          const y = ((90 - lat) / 180) * height;
          if (i) ink.lineTo(x, y);
          else ink.moveTo(x, y);
        });
        ink.closePath();
      }
      ink.fill('evenodd');
    }
  }
}
