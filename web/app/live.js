// The live network: the world once, then slot after slot, and the time that the page shows.

import { get, getBytes, Problem } from './api.js';
import { signal } from './signal.js';
import { decode } from './slot.js';
import { SLOT_S, slotAt, startOf } from './time.js';

/** @typedef {import('./slot.js').Slot} Slot */
/** @typedef {{name: string, lat_deg: number, lon_deg: number}} Place */
/** @typedef {{code: number, name: string, words: string, refused: boolean}} Outage */
/** @typedef {{name: string, state: string, polygons: number[][][][]}} Territory polygons: rings of [longitude, latitude] */
/**
 * @typedef {object} World
 * @property {string} scenario
 * @property {number} seed
 * @property {string} basis
 * @property {Outage[]} outages in the order of their codes
 * @property {{name: string, service: string, shell: string | null}[]} satellites
 * @property {(Place & {country: string | null})[]} gateways
 * @property {(Place & {code: string})[]} pops
 * @property {{h3: string, lat_deg: number, lon_deg: number}[]} cells
 * @property {(Place & {cell: number, account: string | null})[]} terminals
 * @property {Territory[]} territories
 * @property {{speed: number, now_utc: string, slot: number | null, paused: boolean, replay: boolean}} clock
 */
/** @typedef {{first: number, last: number, current: number, next_ready: number | null, furthest: number}} Span furthest: the last that the service plans if asked */
/** @typedef {{slot: number, served: number, asking: number, terminals_served: number, lasers: number, late_ms: number}} Beat */

/** @type {import('./signal.js').Signal<World | null>} */
export const world = signal(/** @type {World | null} */ (null));
/** The slot that is shown. */
export const slot = signal(/** @type {Slot | null} */ (null));
export const span = signal(/** @type {Span | null} */ (null));
/** One of `connecting`, `open`, `lost`, `signed-out`. */
export const link = signal('connecting');
/** One of `live`, `paused`, `replay`. */
export const mode = signal('live');
/** How fast recorded slots are shown. */
export const rate = signal(1);
/** What the service said of its slots, the newest last. */
export const beats = signal(/** @type {Beat[]} */ ([]));

/** @typedef {{kind: string, slot: number, text?: string, type?: string}} News */
/** What happened, the newest first. */
export const news = signal(/** @type {News[]} */ ([]));

const KEPT_SLOTS = 12;
const KEPT_NEWS = 30;
const KEPT_BEATS = 1200;

let speed = 1;
let serverAt = Date.now();
let heardAt = performance.now();
let shownAt = 0;
let shownSince = 0;
/** Whether what is played may go on beyond now. */
let beyond = false;

/** The service's time now, ms since 1970. */
export function liveNow() {
  return serverAt + (performance.now() - heardAt) * speed;
}

/** The time that is shown, ms since 1970. */
export function now() {
  if (mode.value === 'live') return liveNow();
  if (mode.value === 'paused') return shownAt;
  return Math.min(shownAt + (performance.now() - shownSince) * rate.value, beyond ? latest() : liveNow());
}

/** The last time that can be shown, ms since 1970: the service plans ahead if asked. */
function latest() {
  return span.value ? startOf(span.value.furthest) : liveNow();
}

/** Whether the time that is shown is yet to come. */
export function isAhead() {
  return mode.value !== 'live' && now() > liveNow() + SLOT_S * 1000;
}

/** How many times as fast as time what is shown goes. */
export function pace() {
  if (mode.value === 'paused') return 0;
  return mode.value === 'live' ? speed : rate.value;
}

/** Goes to a time and stays there. @param {number} utc */
export function seek(utc) {
  const first = span.value ? startOf(span.value.first) : utc;
  shownAt = Math.min(Math.max(utc, first), latest());
  shownSince = performance.now();
  if (mode.value === 'live') mode.value = 'paused';
  follow();
}

export function pause() {
  seek(now());
  mode.value = 'paused';
}

/** Goes on from the time that is shown. @param {number} times */
export function play(times) {
  shownAt = now();
  shownSince = performance.now();
  beyond = shownAt > liveNow();
  rate.value = times;
  mode.value = 'replay';
}

export function goLive() {
  mode.value = 'live';
  follow();
}

/** Some slots on or back. @param {number} by */
export function step(by) {
  const shown = slot.value?.number ?? slotAt(now());
  seek(startOf(shown + by) + 1);
  mode.value = 'paused';
}

/** @type {Map<number, Slot>} */
const cache = new Map();
/** @type {Set<number>} */
const underWay = new Set();
/** @type {Map<number, number>} when a slot that was not there may be asked for again */
const missing = new Map();

/** @type {Set<number>} slots of the time to come, as they would be if nothing changed */
const foreseen = new Set();

/** @param {number} number */
async function load(number) {
  const ready = Math.max(span.value?.last ?? 0, span.value?.next_ready ?? 0);
  if (number <= ready && foreseen.delete(number)) cache.delete(number);
  const kept = cache.get(number);
  if (kept) {
    cache.delete(number);
    cache.set(number, kept);
    return kept;
  }
  if (underWay.has(number) || underWay.size > 2 || (missing.get(number) ?? 0) > performance.now()) return null;
  underWay.add(number);
  try {
    const read = decode(await getBytes(`live/slots/${number}`));
    cache.set(number, read);
    if (number > ready) foreseen.add(number);
    for (const oldest of cache.keys()) {
      if (cache.size <= KEPT_SLOTS) break;
      cache.delete(oldest);
    }
    return read;
  } catch (error) {
    missing.set(number, performance.now() + 2000);
    if (error instanceof Problem && error.status === 401) link.value = 'signed-out';
    return null;
  } finally {
    underWay.delete(number);
  }
}

/** Sees to it that the slot of the time shown is shown, and the next one is at hand. */
async function follow() {
  const bounds = span.value;
  if (!bounds || link.value === 'signed-out') return;
  const ready = Math.max(bounds.last, bounds.next_ready ?? 0);
  const most = mode.value === 'live' ? ready : bounds.furthest;
  const wanted = Math.min(Math.max(slotAt(now()), bounds.first), most);
  if (slot.value?.number !== wanted) {
    const found = await load(wanted);
    const still = Math.min(Math.max(slotAt(now()), bounds.first), most);
    if (found && (found.number === still || !slot.value)) slot.value = found;
  } else if (mode.value !== 'paused' && wanted < most) {
    await load(wanted + 1);
  }
}

async function readSpan() {
  const read = await get('live/slots');
  setClock(read.clock);
  span.value = read;
}

let spanDue = 0;

/** Follows events, the kept ones first: they say how full the slots before were. */
function hear() {
  const source = new EventSource('/api/v1/live/events?after=0');
  source.addEventListener('slot', (event) => {
    const beat = /** @type {Beat} */ (JSON.parse(/** @type {MessageEvent} */ (event).data));
    beats.value = [...beats.value.filter((known) => known.slot !== beat.slot), beat].slice(-KEPT_BEATS);
    link.value = 'open';
    clearTimeout(spanDue);
    spanDue = window.setTimeout(() => readSpan().then(follow, () => {}), 40);
  });
  source.addEventListener('news', (event) => {
    const told = /** @type {News} */ (JSON.parse(/** @type {MessageEvent} */ (event).data));
    news.value = [told, ...news.value].slice(0, KEPT_NEWS);
    if (told.kind === 'clock') resync();
  });
  source.addEventListener('open', () => {
    if (link.value === 'lost') resync();
    link.value = 'open';
  });
  source.addEventListener('error', () => {
    if (link.value !== 'signed-out') link.value = 'lost';
    if (source.readyState === EventSource.CLOSED) setTimeout(hear, 3000);
  });
}

/** The clock of the service, which may have jumped or been started anew. */
async function resync() {
  const read = await get('live/world').catch(() => null);
  if (!read) return;
  setClock(read.clock);
  if (read.satellites.length !== world.value?.satellites.length || read.scenario !== world.value?.scenario) {
    cache.clear();
    slot.value = null;
    world.value = read;
  }
}

/** @param {World['clock']} clock */
function setClock(clock) {
  speed = clock.paused ? 0 : clock.speed;
  serverAt = Date.parse(clock.now_utc);
  heardAt = performance.now();
}

/** Begins, and tries again until the service answers. */
export async function begin() {
  try {
    const read = await get('live/world');
    setClock(read.clock);
    world.value = read;
    await readSpan();
    link.value = 'open';
  } catch (error) {
    if (error instanceof Problem && error.status === 401) {
      link.value = 'signed-out';
      return;
    }
    // a service that has just been started is planning its first slot
    link.value = error instanceof Problem && error.code === 'no_slot_yet' ? 'connecting' : 'lost';
    setTimeout(begin, link.value === 'lost' ? 3000 : 500);
    return;
  }
  hear();
  follow();
  setInterval(follow, 250);
}

/** Seconds of a slot, for those who draw between its edges. */
export const SECONDS = SLOT_S;
