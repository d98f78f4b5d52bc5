// The globe: puts the layers together and draws them, one draw call each.

import { ColorManagement, Scene, WebGLRenderer } from '../../vendor/three/three.module.min.js';
import { Eye } from './camera.js';
import { PALETTES, PARTS } from './colours.js';
import { Ground } from './ground.js';
import { hidden, Picker } from './pick.js';
import { Ribbons } from './ribbons.js';
import { colour, shared } from './shaders.js';
import { Space } from './space.js';
import { Surface } from './surface.js';
import { signal } from '../signal.js';
import { sunDirection } from '../sun.js';
import { EARTH_KM, extrapolate, place } from '../orbit.js';
import { chosen, ribbonsOf } from '../chosen.js';
import { now, pace, slot, world } from '../live.js';

/** Beyond this positions are not carried on, s: the service is gone, and what is shown stands still. */
const LONGEST_S = 120;
const MEASURED_FRAMES = 240;
/** Nothing moves farther than this between two frames while nobody touches the globe, pixels. */
const STEP_PX = 0.3;
/** Speed of satellites over ground, km/s. */
const SPEED_KM_S = 7.3;
/** Between frames while nobody touches the globe, at most, ms; while something flows along a path; and where drawing is slow. */
const REST_MS = 60;
const FLOW_MS = 33;
const SLOW_MS = 70;

/** Which layers are shown. */
export const layers = signal({ satellites: true, lasers: true, cells: true, gateways: true, pops: true });

export class Globe {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {{ring: HTMLElement, label: HTMLElement}} marks follow what is chosen and what is pointed at
   */
  constructor(canvas, marks) {
    ColorManagement.enabled = false;
    this.canvas = canvas;
    this.marks = marks;
    this.renderer = new WebGLRenderer({ canvas, antialias: true, powerPreference: 'high-performance' });
    this.renderer.info.autoReset = false;
    this.scene = new Scene();
    this.eye = new Eye(canvas);
    this.surface = new Surface();
    this.ground = new Ground();
    this.space = new Space();
    this.ribbons = new Ribbons();
    this.picker = new Picker();
    for (const layer of [this.surface, this.ground, this.space, this.ribbons]) this.scene.add(...layer.objects);
    this.width = this.height = 1;
    this.dt = 0;
    this.palette = PALETTES.dark;
    this.parts = PARTS.dark;
    this.frames = new Float32Array(MEASURED_FRAMES);
    this.drawn = 0;
    this.calls = 0;
    this.asleep = false;
    /** True after a change that the next frame has to show. */
    this.changed = true;
    this.due = 0;
    this.lastAt = 0;
    /** Between calls for frames, smoothed, ms. */
    this.beat = 16;
    this.sunAt = 0;
    /** @type {import('../chosen.js').Chosen | null} */
    this.hovered = null;
    this.hoverDue = 0;
    /** @type {((at: {lat: number, lon: number}) => boolean) | null} takes clicks on the ground instead of choosing */
    this.groundClick = null;
    /** Whether such clicks never choose a gateway instead. */
    this.groundAlone = false;
    this.eye.onClick = (x, y) => this.click(x, y);
    this.eye.onHover = (x, y) => this.hover(x, y);
    canvas.addEventListener('pointerleave', () => this.setHovered(null));
    new ResizeObserver(() => this.resize()).observe(canvas);
    this.resize();
    world.watch((value) => value && this.setWorld(value));
    slot.watch((value) => value && this.setSlot(value));
    chosen.watch(() => this.mark());
    layers.watch((value) => this.setLayers(value));
    this.frame = this.frame.bind(this);
    requestAnimationFrame(this.frame);
  }

  /** @param {import('../live.js').World} value */
  setWorld(value) {
    this.space.setCount(value.satellites.length);
    this.ground.setWorld(value);
    this.picker.setWorld(value);
    this.surface.setTerritories(value.territories, this.palette);
  }

  /** @param {any} topology */
  setCoasts(topology) {
    this.surface.setCoasts(topology);
    this.changed = true;
  }

  /** Marks cells that a what-if loses. @param {number[]} lost */
  setLost(lost) {
    this.ground.setLost(lost);
    this.changed = true;
  }

  /** A polygon that is being drawn. @param {import('../polygon.js').Corner[]} corners */
  setDraft(corners) {
    this.surface.setDraft(corners);
    this.changed = true;
  }

  /** @param {{lat: number, lon: number, radiusKm: number} | null} area */
  setArea(area) {
    this.surface.setArea(area);
    this.changed = true;
  }

  /** @param {import('../slot.js').Slot} value */
  setSlot(value) {
    this.space.setSlot(value);
    this.ground.setSlot(value);
    this.mark();
  }

  /** @param {{satellites: boolean, lasers: boolean, cells: boolean, gateways: boolean, pops: boolean}} shown */
  setLayers(shown) {
    this.changed = true;
    this.space.points.visible = shown.satellites;
    this.space.lasers.visible = shown.lasers;
    this.ground.cells.visible = shown.cells;
    this.ground.siteInk.uniforms.shown.value = [Number(shown.gateways), Number(shown.pops)];
  }

  /** @param {'dark' | 'light'} theme */
  setTheme(theme) {
    this.palette = PALETTES[theme];
    this.parts = PARTS[theme];
    this.scene.background = colour(this.palette.space);
    this.surface.setPalette(this.palette);
    this.ground.setPalette(this.palette);
    this.space.setPalette(this.palette);
    this.mark();
  }

  /** Draws what hangs on what is chosen. */
  mark() {
    this.changed = true;
    this.ribbons.set(ribbonsOf(chosen.value, this.palette, this.parts));
    this.space.dots.uniforms.chosen.value = chosen.value?.kind === 'satellite' ? chosen.value.index : -1;
  }

  resize() {
    const { clientWidth, clientHeight } = this.canvas;
    if (!clientWidth || !clientHeight) return;
    this.width = clientWidth;
    this.height = clientHeight;
    const ratio = Math.min(2, devicePixelRatio || 1);
    this.renderer.setPixelRatio(ratio);
    this.renderer.setSize(clientWidth, clientHeight, false);
    const { camera } = this.eye;
    camera.aspect = clientWidth / clientHeight;
    camera.fov = camera.aspect < 0.8 ? 56 : 38;
    this.shift();
    shared.ratio.value = ratio;
    shared.viewport.value = [clientWidth * ratio, clientHeight * ratio];
    shared.focal.value = (clientHeight * ratio) / (2 * Math.tan((camera.fov * Math.PI) / 360));
  }

  /** Moves the globe's centre away from what covers the canvas. @param {number} [x] pixels @param {number} [y] */
  shift(x = this.eye.shiftX, y = this.eye.shiftY) {
    this.changed = true;
    this.eye.shiftX = x;
    this.eye.shiftY = y;
    this.eye.camera.setViewOffset(this.width, this.height, x, y, this.width, this.height);
    this.eye.camera.updateProjectionMatrix();
  }

  view() {
    return { camera: this.eye.camera, width: this.width, height: this.height, dt: this.dt };
  }

  /** @param {number} x @param {number} y */
  pick(x, y) {
    if (!world.value) return null;
    const box = this.canvas.getBoundingClientRect();
    const shown = layers.value;
    return this.picker.at(x - box.left, y - box.top, this.view(), world.value, slot.value, shown);
  }

  /** @param {number} x @param {number} y */
  click(x, y) {
    const box = this.canvas.getBoundingClientRect();
    const spot = this.picker.ground(x - box.left, y - box.top, this.view());
    const found = this.pick(x, y);
    if (this.groundClick && spot && (this.groundAlone || found?.kind !== 'gateway') && this.groundClick(spot)) return;
    if (this.onPick) this.onPick(found);
  }

  /** @type {((found: import('../chosen.js').Chosen | null) => void) | null} */
  onPick = null;
  /** @type {((found: import('../chosen.js').Chosen | null) => void) | null} */
  onHovered = null;

  /** @param {number} x @param {number} y */
  hover(x, y) {
    if (performance.now() < this.hoverDue) return;
    this.hoverDue = performance.now() + 90;
    this.setHovered(this.pick(x, y));
  }

  /** @param {import('../chosen.js').Chosen | null} found */
  setHovered(found) {
    if (found?.kind === this.hovered?.kind && found?.index === this.hovered?.index) return;
    this.changed = true;
    this.hovered = found;
    this.canvas.style.cursor = found ? 'pointer' : 'grab';
    this.onHovered?.(found);
  }

  /** Where something is now, Earth radii. @param {import('../chosen.js').Chosen} what */
  spotOf({ kind, index }) {
    if (kind === 'satellite') {
      if (!slot.value) return null;
      const p = extrapolate(slot.value.position, slot.value.velocity, index, this.dt, [0, 0, 0]);
      return p.map((n) => n / EARTH_KM);
    }
    const known = world.value;
    if (!known) return null;
    const site = { gateway: known.gateways, pop: known.pops, terminal: known.terminals, cell: known.cells }[kind][index];
    return site ? place(site.lat_deg, site.lon_deg) : null;
  }

  /** @param {HTMLElement} mark @param {import('../chosen.js').Chosen | null} what */
  follow(mark, what) {
    const spot = what && this.spotOf(what);
    if (!spot) {
      mark.style.visibility = 'hidden';
      return;
    }
    const p = this.eye.camera.position.clone().set(spot[0], spot[1], spot[2]).project(this.eye.camera);
    const x = ((p.x + 1) / 2) * this.width;
    const y = ((1 - p.y) / 2) * this.height;
    const behind = hidden(this.eye.camera.position, spot[0], spot[1], spot[2]);
    mark.style.visibility = behind ? 'hidden' : 'visible';
    mark.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
  }

  /** One frame. What it costs the main thread is measured. */
  frame() {
    requestAnimationFrame(this.frame);
    if (this.asleep) return;
    const begun = performance.now();
    const busy = this.eye.isMoving() || this.changed;
    if (!busy && begun < this.due) return;
    this.beat += 0.1 * (Math.min(500, begun - Math.max(this.lastAt, this.due)) - this.beat);
    this.lastAt = begun;
    this.changed = false;
    const time = now();
    if (slot.value) this.dt = Math.max(-LONGEST_S, Math.min(LONGEST_S, (time - slot.value.starts) / 1000));
    shared.dt.value = this.dt;
    shared.time.value = (begun / 1000) % 1000;
    if (Math.abs(time - this.sunAt) > 5000) {
      this.sunAt = time;
      shared.sun.value = sunDirection(time);
    }
    this.eye.update();
    this.eye.camera.updateProjectionMatrix();
    this.eye.camera.updateMatrixWorld();
    this.renderer.info.reset();
    this.renderer.render(this.scene, this.eye.camera);
    this.calls = this.renderer.info.render.calls;
    this.follow(this.marks.ring, chosen.value);
    this.follow(this.marks.label, this.hovered);
    this.frames[this.drawn++ % MEASURED_FRAMES] = performance.now() - begun;
    this.due = begun + this.rest();
  }

  /** How long nothing needs to be drawn while nobody touches the globe, ms. */
  rest() {
    const kmPerPixel = 6378 * ((this.eye.degreesPerPixel(this.canvas) * Math.PI) / 180);
    const step = (1000 * STEP_PX * kmPerPixel) / (SPEED_KM_S * Math.max(1, pace()));
    const most = this.ribbons.mesh.visible ? FLOW_MS : REST_MS;
    const slow = this.beat > SLOW_MS ? 3 * this.beat : 0;
    return Math.max(Math.min(step, most), slow) - 4;
  }

  /** What frames cost the main thread, ms, and draw calls a frame. */
  cost() {
    const count = Math.min(this.drawn, MEASURED_FRAMES);
    const sorted = this.frames.slice(0, count).sort();
    return {
      frames: this.drawn,
      p50_ms: sorted[Math.floor(count * 0.5)] ?? 0,
      p95_ms: sorted[Math.floor(count * 0.95)] ?? 0,
      most_ms: sorted[count - 1] ?? 0,
      draw_calls: this.calls,
    };
  }
}
