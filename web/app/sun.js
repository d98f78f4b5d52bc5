// Where the sun is: the Astronomical Almanac's low-precision formulas (0.01 degrees from 1950 to 2050).

/**
 * Direction of the sun in the Earth-fixed frame (ECEF), unit vector.
 * @param {number} utc ms since 1970
 * @returns {[number, number, number]}
 */
export function sunDirection(utc) {
  const rad = Math.PI / 180;
  const days = utc / 86400000 - 10957.5; // since J2000.0
  const meanLongitude = 280.46 + 0.9856474 * days;
  const meanAnomaly = (357.528 + 0.9856003 * days) * rad;
  const longitude = (meanLongitude + 1.915 * Math.sin(meanAnomaly) + 0.02 * Math.sin(2 * meanAnomaly)) * rad;
  const obliquity = (23.439 - 4e-7 * days) * rad;
  const x = Math.cos(longitude);
  const y = Math.cos(obliquity) * Math.sin(longitude);
  const z = Math.sin(obliquity) * Math.sin(longitude);
  const turned = 2 * Math.PI * (0.779057273264 + 1.00273781191135448 * days);
  const c = Math.cos(turned);
  const s = Math.sin(turned);
  return [c * x + s * y, -s * x + c * y, z];
}
