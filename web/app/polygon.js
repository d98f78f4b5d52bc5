// Polygons on the ground, as corners of latitude and longitude in degrees; none crosses longitude 180 or holds a pole.

/** @typedef {{lat: number, lon: number}} Corner */

/**
 * Whether a place is inside.
 * @param {Corner[]} corners
 * @param {number} lat
 * @param {number} lon
 */
export function contains(corners, lat, lon) {
  let inside = false;
  for (let i = 0, before = corners.length - 1; i < corners.length; before = i++) {
    const a = corners[i];
    const b = corners[before];
    if (a.lat > lat !== b.lat > lat && lon < a.lon + ((lat - a.lat) / (b.lat - a.lat)) * (b.lon - a.lon)) inside = !inside;
  }
  return inside;
}

/**
 * The ring of GeoJSON: closed, and counterclockwise as RFC 7946 has outer rings. To a hundred-thousandth of a degree, about a metre.
 * @param {Corner[]} corners
 */
export function ring(corners) {
  const round = (/** @type {number} */ n) => Math.round(n * 1e5) / 1e5;
  const points = corners.map(({ lat, lon }) => [round(lon), round(lat)]);
  const twice = points.reduce((sum, [x, y], i) => {
    const [x2, y2] = points[(i + 1) % points.length];
    return sum + x * y2 - x2 * y;
  }, 0);
  if (twice < 0) points.reverse();
  return [...points, points[0]];
}

/** Whether edges cross, or the polygon has none. @param {Corner[]} corners */
export function isSimple(corners) {
  const n = corners.length;
  if (n < 3) return false;
  const side = (/** @type {Corner} */ a, /** @type {Corner} */ b, /** @type {Corner} */ c) => Math.sign((b.lon - a.lon) * (c.lat - a.lat) - (b.lat - a.lat) * (c.lon - a.lon));
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      if (j === i + 1 || (i === 0 && j === n - 1)) continue;
      const [a, b, c, d] = [corners[i], corners[(i + 1) % n], corners[j], corners[(j + 1) % n]];
      if (side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b)) return false;
    }
  }
  return true;
}
