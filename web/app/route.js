// Which view is shown: the part of the address after `#/`.

import { signal } from './signal.js';

function read() {
  const [view = '', ...rest] = location.hash.replace(/^#\/?/, '').split('/');
  return { view: view || 'globe', rest: rest.map(decodeURIComponent) };
}

export const route = signal(read());

addEventListener('hashchange', () => {
  route.value = read();
});

/** @param {...string} parts */
export function address(...parts) {
  return `#/${parts.map(encodeURIComponent).join('/')}`;
}

/** @param {...string} parts */
export function go(...parts) {
  location.hash = address(...parts);
}
