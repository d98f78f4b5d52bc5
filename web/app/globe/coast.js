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
      if (Math.abs(lonA) >= 179.999 && Math.abs(lonB) >= 179.999) continue;
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
 * Fills polygons into a plate carrée.
 * @param {CanvasRenderingContext2D} ink
 * @param {number[][][][]} polygons longitude first, degrees
 */
export function fill(ink, polygons) {
  const { width, height } = ink.canvas;
  ink.beginPath();
  for (const polygon of polygons) {
    for (const ring of polygon) {
      ring.forEach(([lon, lat], i) => {
        const x = ((lon + 180) / 360) * width;
        const y = ((90 - lat) / 180) * height;
        if (i) ink.lineTo(x, y);
        else ink.moveTo(x, y);
      });
      ink.closePath();
    }
  }
  ink.fill('evenodd');
}
