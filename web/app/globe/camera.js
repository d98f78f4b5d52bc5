// Looks at the Earth's centre from somewhere: dragged, wheeled, pinched, by keys, or flown.

import { PerspectiveCamera } from '../../vendor/three/three.module.min.js';

const NEAREST = 1.06;
const FARTHEST = 8;
const DEG = Math.PI / 180;

export class Eye {
  /** @param {HTMLElement} surface */
  constructor(surface) {
    this.camera = new PerspectiveCamera(38, 1, 0.01, 30);
    this.lat = 34;
    this.lon = 16;
    this.distance = 4.1;
    this.spinLat = 0;
    this.spinLon = 0;
    this.shiftX = 0;
    this.shiftY = 0;
    /** @type {{lat: number, lon: number, distance: number, from: number[], begun: number, lasts: number} | null} */
    this.flight = null;
    this.still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    /** @type {Map<number, {x: number, y: number}>} */
    this.pointers = new Map();
    this.moved = 0;
    this.touched = false;
    /** @type {(x: number, y: number) => void} */
    this.onClick = () => {};
    /** @type {(x: number, y: number) => void} */
    this.onHover = () => {};
    this.listen(surface);
  }

  /** @param {HTMLElement} surface */
  listen(surface) {
    surface.addEventListener('pointerdown', (e) => {
      surface.setPointerCapture(e.pointerId);
      this.pointers.set(e.pointerId, { x: e.clientX, y: e.clientY });
      this.spinLat = this.spinLon = 0;
      this.flight = null;
      if (this.pointers.size === 1) this.moved = 0;
    });
    surface.addEventListener('pointermove', (e) => {
      const before = this.pointers.get(e.pointerId);
      if (!before) {
        this.onHover(e.clientX, e.clientY);
        return;
      }
      const others = [...this.pointers].filter(([id]) => id !== e.pointerId).map(([, p]) => p);
      const dx = e.clientX - before.x;
      const dy = e.clientY - before.y;
      if (others.length) {
        const was = Math.hypot(before.x - others[0].x, before.y - others[0].y);
        const is = Math.hypot(e.clientX - others[0].x, e.clientY - others[0].y);
        if (is > 0) this.zoom(was / is);
      } else {
        const scale = this.degreesPerPixel(surface);
        this.turn(dy * scale, (-dx * scale) / Math.max(0.25, Math.cos(this.lat * DEG)));
        this.spinLat = dy * scale;
        this.spinLon = -dx * scale;
      }
      this.moved += Math.abs(dx) + Math.abs(dy);
      before.x = e.clientX;
      before.y = e.clientY;
    });
    const lift = (/** @type {PointerEvent} */ e) => {
      if (!this.pointers.delete(e.pointerId)) return;
      if (this.moved < 6 && e.type === 'pointerup') this.onClick(e.clientX, e.clientY);
      if (this.moved < 6 || this.still) this.spinLat = this.spinLon = 0;
    };
    surface.addEventListener('pointerup', lift);
    surface.addEventListener('pointercancel', lift);
    surface.addEventListener(
      'wheel',
      (e) => {
        e.preventDefault();
        this.flight = null;
        this.zoom(Math.exp(Math.max(-80, Math.min(80, e.deltaY)) * 0.0022));
      },
      { passive: false },
    );
    surface.addEventListener('keydown', (e) => {
      const by = 60 * this.degreesPerPixel(surface);
      /** @type {Record<string, () => void>} */
      const keys = {
        ArrowUp: () => this.turn(by, 0),
        ArrowDown: () => this.turn(-by, 0),
        ArrowLeft: () => this.turn(0, -by),
        ArrowRight: () => this.turn(0, by),
        '+': () => this.zoom(0.85),
        '=': () => this.zoom(0.85),
        '-': () => this.zoom(1.18),
      };
      if (e.ctrlKey || e.metaKey || e.altKey || e.shiftKey || !(e.key in keys)) return;
      e.preventDefault();
      e.stopPropagation();
      this.flight = null;
      keys[e.key]();
    });
  }

  /** @param {HTMLElement} surface */
  degreesPerPixel(surface) {
    const view = 2 * Math.tan((this.camera.fov / 2) * DEG) * (this.distance - 1);
    return view / surface.clientHeight / DEG;
  }

  /**
   * @param {number} lat
   * @param {number} lon
   */
  turn(lat, lon) {
    this.touched = true;
    this.lat = Math.max(-88, Math.min(88, this.lat + lat));
    this.lon = ((this.lon + lon + 540) % 360) - 180;
  }

  /** @param {number} by */
  zoom(by) {
    this.touched = true;
    this.distance = 1 + Math.max(NEAREST - 1, Math.min(FARTHEST - 1, (this.distance - 1) * by));
  }

  /**
   * Flies so that a place is in the middle.
   * @param {number} lat
   * @param {number} lon
   * @param {number} [distance]
   */
  flyTo(lat, lon, distance = this.distance) {
    this.spinLat = this.spinLon = 0;
    const far = Math.hypot(lat - this.lat, ((lon - this.lon + 540) % 360) - 180);
    const lasts = this.still ? 1 : Math.min(1400, 350 + far * 9);
    this.flight = { lat, lon, distance, from: [this.lat, this.lon, this.distance], begun: performance.now(), lasts };
  }

  /** Whether the view changes by itself or by somebody's hand. */
  isMoving() {
    return this.touched || this.pointers.size > 0 || this.flight !== null || this.spinLat !== 0 || this.spinLon !== 0;
  }

  /** Moves on, once a frame. */
  update() {
    this.touched = false;
    if (this.flight) {
      const { lat, lon, distance, from, begun, lasts } = this.flight;
      const f = Math.min(1, (performance.now() - begun) / lasts);
      const s = f * f * (3 - 2 * f);
      this.lat = from[0] + s * (lat - from[0]);
      this.lon = from[1] + s * (((lon - from[1] + 540) % 360) - 180);
      this.distance = from[2] + s * (distance - from[2]);
      if (f === 1) this.flight = null;
    } else if (!this.pointers.size && (this.spinLat || this.spinLon)) {
      this.turn(this.spinLat, this.spinLon);
      this.spinLat *= 0.93;
      this.spinLon *= 0.93;
      if (Math.abs(this.spinLat) + Math.abs(this.spinLon) < 1e-4) this.spinLat = this.spinLon = 0;
    }
    const lat = this.lat * DEG;
    const lon = this.lon * DEG;
    const d = this.distance;
    this.camera.up.set(0, 0, 1);
    this.camera.position.set(d * Math.cos(lat) * Math.cos(lon), d * Math.cos(lat) * Math.sin(lon), d * Math.sin(lat));
    this.camera.lookAt(0, 0, 0);
    this.camera.near = Math.max(0.004, (d - 1) * 0.2);
    this.camera.far = d + 2.5;
  }
}
