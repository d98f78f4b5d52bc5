// Slots and UTC. A slot is 15 s and begins when GPS seconds divide by 15.

import { locale } from './words.js';

export const SLOT_S = 15;
/** GPS epoch, s since 1970, and the leap seconds between GPS and UTC since 2017. */
const GPS_EPOCH_S = 315964800;
const LEAP_S = 18;

/**
 * @param {number} slot
 * @returns {number} its start, ms since 1970
 */
export function startOf(slot) {
  return (slot * SLOT_S + GPS_EPOCH_S - LEAP_S) * 1000;
}

/**
 * @param {number} utc ms since 1970
 * @returns {number} the slot that it is in
 */
export function slotAt(utc) {
  return Math.floor((utc / 1000 - GPS_EPOCH_S + LEAP_S) / SLOT_S);
}

/**
 * `14:03:27`, UTC.
 * @param {number} utc ms since 1970
 */
export function clockText(utc) {
  return new Date(utc).toISOString().slice(11, 19);
}

/**
 * `22 Nov 2026`, UTC, in the reader's language.
 * @param {number} utc ms since 1970
 */
export function dateText(utc) {
  return new Date(utc).toLocaleDateString(locale(), {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  });
}

/**
 * Date and time of seconds since 1970, UTC; a dash for none.
 * @param {number | null | undefined} seconds
 */
export function whenText(seconds) {
  if (seconds === null || seconds === undefined) return '–';
  const ms = seconds * 1000;
  return `${dateText(ms)}, ${clockText(ms).slice(0, 5)} UTC`;
}

/**
 * `3 min 15 s`.
 * @param {number} ms
 */
export function spanText(ms) {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return `${s} s`;
  if (s < 3600) return s % 60 ? `${Math.floor(s / 60)} min ${s % 60} s` : `${s / 60} min`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}
