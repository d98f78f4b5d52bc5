// What the page says, in the language of its reader.

import { remembered } from './signal.js';
import en from '../words/en.js';
import it from '../words/it.js';

/** How numbers and dates are written in each. */
const LOCALES = /** @type {Record<string, string>} */ ({ en: 'en-GB', it: 'it-IT' });
/** @type {Record<string, Record<string, string>>} */
const DICTIONARIES = { en, it };

export const LANGUAGES = [
  { code: 'en', name: 'English' },
  { code: 'it', name: 'Italiano' },
];

const wanted = typeof navigator === 'undefined' ? 'en' : navigator.language.slice(0, 2);
export const language = remembered('skyweave.language', wanted in DICTIONARIES ? wanted : 'en');

/** The locale of numbers and dates. */
export function locale() {
  return LOCALES[language.value] ?? 'en-GB';
}

/**
 * The text of a key, with `{name}` filled in. A key that nobody has translated stands for itself.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function t(key, values = {}) {
  const text = DICTIONARIES[language.value]?.[key] ?? en[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/**
 * Whether there are words for a key.
 * @param {string} key
 */
export function has(key) {
  return key in en;
}

/**
 * A number as the reader's language writes it; a dash for none.
 * @param {number | null | undefined} value
 * @param {number} [digits]
 */
export function number(value, digits = 0) {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  return value.toLocaleString(locale(), { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/**
 * A number in little space: from a million on in millions.
 * @param {number | null | undefined} value
 * @param {number} [digits]
 */
export function short(value, digits = 0) {
  if (value === null || value === undefined || Math.abs(value) < 1e6) return number(value, digits);
  return `${number(value / 1e6, Math.abs(value) < 1e8 ? 2 : 1)} M`;
}

/**
 * A reason of an outage or a refusal in words.
 * @param {string | null | undefined} code
 */
export function reason(code) {
  if (!code) return t('state.served');
  const key = `reason.${code}`;
  return has(key) ? t(key) : code;
}
