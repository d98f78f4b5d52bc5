// A value that others may watch.

import { useEffect, useState } from './html.js';

/**
 * @template T
 * @typedef {object} Signal
 * @property {T} value
 * @property {(watcher: (value: T) => void) => () => void} watch calls at once and at each change; gives what ends it
 */

/**
 * @template T
 * @param {T} first
 * @returns {Signal<T>}
 */
export function signal(first) {
  let current = first;
  /** @type {Set<(value: T) => void>} */
  const watchers = new Set();
  return {
    get value() {
      return current;
    },
    set value(next) {
      if (Object.is(next, current)) return;
      current = next;
      for (const watcher of [...watchers]) watcher(next);
    },
    watch(watcher) {
      watchers.add(watcher);
      watcher(current);
      return () => watchers.delete(watcher);
    },
  };
}

/**
 * The value of a signal; the component is drawn anew when it changes.
 * @template T
 * @param {Signal<T>} source
 * @returns {T}
 */
export function useSignal(source) {
  const [, draw] = useState(0);
  useEffect(() => {
    let first = true;
    return source.watch(() => {
      if (!first) draw((n) => n + 1);
      first = false;
    });
  }, [source]);
  return source.value;
}

/**
 * A signal that is remembered by this browser.
 * @param {string} key
 * @param {string} first
 * @returns {Signal<string>}
 */
export function remembered(key, first) {
  let before = null;
  try {
    before = localStorage.getItem(key);
  } catch {
    // no storage: it is remembered until the page is closed
  }
  const kept = signal(before ?? first);
  let begun = false;
  kept.watch((value) => {
    if (!begun) {
      begun = true;
      return;
    }
    try {
      localStorage.setItem(key, value);
    } catch {
      // as above
    }
  });
  return kept;
}
