// The Earth: land and sea, day and night, territories, the rim of the air; one draw call each for ball, rim and lines.

import {
  BackSide, BufferAttribute, BufferGeometry, CanvasTexture, FrontSide, LinearFilter, LinearMipmapLinearFilter, LineSegments, Mesh,
  SphereGeometry, Vector3,
} from '../../vendor/three/three.module.min.js';
import { place, POLAR } from '../orbit.js';
import { fill, onGround, readTopology } from './coast.js';
import { colour, material } from './shaders.js';

const BALL = `
varying vec3 spot;
void main() {
  spot = position;
  gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
}
`;

const GROUND = `
uniform sampler2D land;
uniform sampler2D marks;
uniform vec3 seaColour;
uniform vec3 landColour;
uniform vec3 nightColour;
uniform float nightShare;
uniform vec3 rimColour;
uniform vec3 sun;
uniform vec4 area;
uniform vec3 areaColour;
varying vec3 spot;
const float PI = 3.14159265358979;
void main() {
  vec3 n = normalize(vec3(spot.xy, spot.z / ${(POLAR * POLAR).toFixed(8)}));
  vec2 uv = vec2(atan(n.y, n.x) / (2.0 * PI) + 0.5, asin(clamp(n.z, -1.0, 1.0)) / PI + 0.5);
  vec2 dx = dFdx(uv);
  vec2 dy = dFdy(uv);
  dx.x -= floor(dx.x + 0.5);
  dy.x -= floor(dy.x + 0.5);
  float m = textureGrad(land, uv, dx, dy).r;
  float w = max(0.08, min(0.5, 2400.0 * max(length(dx), length(dy))));
  vec3 c = mix(seaColour, landColour, smoothstep(0.5 - w, 0.5 + w, m));
  vec2 deg = vec2(uv.x * 360.0, uv.y * 180.0) / 30.0;
  vec2 line = abs(fract(deg + 0.5) - 0.5) / max(vec2(length(vec2(dx.x, dy.x)) * 12.0, length(vec2(dx.y, dy.y)) * 6.0), 1e-6);
  float net = 1.0 - min(1.0, min(line.x, line.y));
  c = mix(c, rimColour, 0.10 * net);
  vec4 mark = textureGrad(marks, uv, dx, dy);
  c = mix(c, mark.rgb, mark.a * 0.34);
  if (area.w > -1.5) {
    float cosine = dot(normalize(spot), area.xyz);
    float edge = fwidth(cosine) * 1.5;
    c = mix(c, areaColour, 0.30 * smoothstep(area.w - edge, area.w + edge, cosine));
    c = mix(c, areaColour, 1.0 - smoothstep(0.0, edge, abs(cosine - area.w)));
  }
  float light = dot(n, sun);
  c = mix(c, nightColour, nightShare * smoothstep(0.05, -0.20, light));
  float facing = dot(normalize(cameraPosition - spot), n);
  c = mix(c, rimColour, 0.22 * pow(1.0 - clamp(facing, 0.0, 1.0), 4.0));
  gl_FragColor = vec4(c, 1.0);
}
`;

const RIM = `
uniform vec3 rimColour;
uniform float rimShare;
uniform vec3 sun;
varying vec3 spot;
void main() {
  vec3 ray = normalize(spot - cameraPosition);
  vec3 nearest = cameraPosition - dot(cameraPosition, ray) * ray;
  float height = (length(nearest) - 0.998) / 0.075;
  float lit = 0.35 + 0.65 * smoothstep(-0.35, 0.25, dot(normalize(nearest), sun));
  gl_FragColor = vec4(rimColour, rimShare * lit * pow(clamp(1.0 - height, 0.0, 1.0), 3.5));
}
`;

const LINE = `
attribute float kind;
varying float share;
uniform vec3 sun;
void main() {
  vec4 seen = modelViewMatrix * vec4(position, 1.0);
  share = kind;
  gl_Position = projectionMatrix * seen;
}
`;

const LINE_INK = `
uniform vec3 coastColour;
uniform vec3 borderColour;
uniform vec3 refusedColour;
uniform vec3 permittedColour;
varying float share;
void main() {
  vec3 c = share < 0.5 ? coastColour : share < 1.5 ? borderColour : share < 2.5 ? refusedColour : permittedColour;
  gl_FragColor = vec4(c, share < 0.5 ? 0.9 : share < 1.5 ? 0.75 : 1.0);
}
`;

const LIFT = 0.0007;

export class Surface {
  constructor() {
    const ink = plate(2048);
    this.land = textureOf(ink);
    this.marks = textureOf(plate(2048));
    const ground = {
      land: { value: this.land },
      marks: { value: this.marks },
      seaColour: { value: colour('#000') },
      landColour: { value: colour('#000') },
      nightColour: { value: colour('#000') },
      nightShare: { value: 0.5 },
      rimColour: { value: colour('#000') },
      area: { value: [0, 0, 1, -2] },
      areaColour: { value: colour('#d55e00') },
    };
    const ball = new SphereGeometry(1, 192, 128);
    ball.rotateX(Math.PI / 2);
    ball.scale(1, 1, POLAR);
    this.ground = material(ground, BALL, GROUND, { transparent: false, depthWrite: true, side: FrontSide });
    this.rim = material({ rimColour: ground.rimColour, rimShare: { value: 0.5 } }, BALL, RIM, { side: BackSide });
    const rim = new SphereGeometry(1.075, 96, 64);
    this.ink = material(
      {
        coastColour: { value: colour('#000') },
        borderColour: { value: colour('#000') },
        refusedColour: { value: colour('#000') },
        permittedColour: { value: colour('#000') },
      },
      LINE,
      LINE_INK,
    );
    this.lines = new LineSegments(new BufferGeometry(), this.ink);
    this.lines.frustumCulled = false;
    this.lines.renderOrder = 1;
    this.objects = [new Mesh(ball, this.ground), new Mesh(rim, this.rim), this.lines];
    this.objects[1].renderOrder = -1;
    /** @type {{coast: Float32Array, borders: Float32Array}} */
    this.coasts = { coast: new Float32Array(0), borders: new Float32Array(0) };
    /** @type {import('../live.js').Territory[]} */
    this.territories = [];
    /** @type {import('../polygon.js').Corner[]} */
    this.draft = [];
  }

  /** @param {any} topology */
  setCoasts(topology) {
    const { coast, borders, polygons } = readTopology(topology);
    this.coasts = { coast: onGround(coast, LIFT), borders: onGround(borders, LIFT) };
    const ink = plate(4096);
    ink.fillStyle = '#fff';
    fill(ink, polygons);
    this.land.dispose();
    this.land = textureOf(ink);
    this.ground.uniforms.land.value = this.land;
    this.drawLines();
  }

  /**
   * @param {import('../live.js').Territory[]} territories
   * @param {import('./colours.js').Palette} palette
   */
  setTerritories(territories, palette) {
    this.territories = territories;
    const ink = plate(4096);
    for (const { state, polygons } of territories) {
      ink.fillStyle = isRefused(state) ? palette.refused : palette.permitted;
      fill(ink, polygons);
    }
    this.marks.dispose();
    this.marks = textureOf(ink);
    this.ground.uniforms.marks.value = this.marks;
    this.drawLines();
  }

  /** @param {import('../polygon.js').Corner[]} corners */
  setDraft(corners) {
    this.draft = corners;
    this.drawLines();
  }

  drawLines() {
    const edges = (/** @type {boolean} */ refused) =>
      onGround(this.territories.filter((t) => isRefused(t.state) === refused).flatMap((t) => t.polygons.flat()), LIFT * 1.6);
    const draft = onGround(this.draft.length > 1 ? [[...this.draft, this.draft[0]].map(({ lat, lon }) => [lon, lat])] : [], LIFT * 1.6);
    const refused = edges(true);
    const drawn = new Float32Array(refused.length + draft.length);
    drawn.set(refused);
    drawn.set(draft, refused.length);
    const parts = [this.coasts.coast, this.coasts.borders, drawn, edges(false)];
    const points = new Float32Array(parts.reduce((n, part) => n + part.length, 0));
    const kinds = new Float32Array(points.length / 3);
    let at = 0;
    parts.forEach((part, kind) => {
      points.set(part, at);
      kinds.fill(kind, at / 3, (at + part.length) / 3);
      at += part.length;
    });
    const geometry = new BufferGeometry();
    geometry.setAttribute('position', new BufferAttribute(points, 3));
    geometry.setAttribute('kind', new BufferAttribute(kinds, 1));
    this.lines.geometry.dispose();
    this.lines.geometry = geometry;
  }

  /** @param {import('./colours.js').Palette} palette */
  setPalette(palette) {
    const { uniforms } = this.ground;
    uniforms.seaColour.value = colour(palette.sea);
    uniforms.landColour.value = colour(palette.land);
    uniforms.nightColour.value = colour(palette.night);
    uniforms.nightShare.value = palette.nightShare;
    uniforms.rimColour.value = colour(palette.rim);
    uniforms.areaColour.value = colour(palette.refused);
    this.rim.uniforms.rimColour.value = colour(palette.rim);
    this.rim.uniforms.rimShare.value = palette.rimShare;
    this.ink.uniforms.coastColour.value = colour(palette.coast);
    this.ink.uniforms.borderColour.value = colour(palette.border);
    this.ink.uniforms.refusedColour.value = colour(palette.refused);
    this.ink.uniforms.permittedColour.value = colour(palette.permitted);
    if (this.territories.length) this.setTerritories(this.territories, palette);
  }

  /** @param {{lat: number, lon: number, radiusKm: number} | null} area */
  setArea(area) {
    if (!area) {
      this.ground.uniforms.area.value = [0, 0, 1, -2];
      return;
    }
    const v = new Vector3(...place(area.lat, area.lon)).normalize();
    this.ground.uniforms.area.value = [v.x, v.y, v.z, Math.cos(area.radiusKm / 6371)];
  }
}

/** Whether some in a territory may not be served. @param {string} state `served`, `refused`, `partly` or `empty` */
export function isRefused(state) {
  return state === 'refused' || state === 'partly';
}

/** @param {number} width */
function plate(width) {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = width / 2;
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
}

/** @param {CanvasRenderingContext2D} ink */
function textureOf(ink) {
  const texture = new CanvasTexture(ink.canvas);
  texture.minFilter = LinearMipmapLinearFilter;
  texture.magFilter = LinearFilter;
  texture.anisotropy = 4;
  return texture;
}
