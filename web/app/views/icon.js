// Icons: strokes on a grid of 20.

import { html } from '../html.js';

/** @type {Record<string, string>} */
const PATHS = {
  globe: 'M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15ZM2.5 10h15M10 2.5c2.4 2 3.4 4.6 3.4 7.5s-1 5.500-3.400 7.500c-2.400-2-3.400-4.600-3.400-7.500s1-5.500 3.400-7.500Z',
  fleet: 'M3 5.500h14M3 10h14M3 14.500h9',
  incident: 'M10 3 18 16.500H2L10 3ZM10 8.200v4M10 14.300v.2',
  whatif: 'M4 16V9M10 16V4M16 16v-5M2.500 16.500h15',
  log: 'M5 3h7l3 3v11H5ZM12 3v3h3M7.500 10h5M7.500 13h5',
  sun: 'M10 6.500a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7ZM10 2v2M10 16v2M2 10h2M16 10h2M4.300 4.300l1.400 1.400M14.300 14.300l1.400 1.400M15.700 4.300l-1.400 1.400M5.700 14.300l-1.400 1.400',
  moon: 'M16 11.500A6.500 6.500 0 1 1 8.500 4a5.200 5.200 0 0 0 7.500 7.500Z',
  help: 'M7.400 7.600a2.600 2.600 0 1 1 3.800 2.300c-.8.400-1.200.9-1.200 1.900M10 14.700v.2M10 2.500a7.500 7.500 0 1 0 0 15 7.500 7.500 0 0 0 0-15Z',
  find: 'M8.500 3.500a5 5 0 1 0 0 10 5 5 0 0 0 0-10ZM12.300 12.300 17 17',
  close: 'M5 5l10 10M15 5 5 15',
  play: 'M6 4.500v11l9-5.500Z',
  pause: 'M7 4.500v11M13 4.500v11',
  back: 'M12.500 4.500 7 10l5.500 5.500',
  on: 'M7.500 4.500 13 10l-5.500 5.500',
  layers: 'M10 3 17.500 7 10 11 2.500 7ZM3 10.500l7 3.800 7-3.800M3 13.700l7 3.800 7-3.800',
  check: 'M4 10.500 8 14.500 16 5.500',
  cross: 'M5 5l10 10M15 5 5 15',
};

/** @param {{name: string}} props */
export function Icon({ name }) {
  return html`<svg class="ico" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
    <path d=${PATHS[name]} fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" />
  </svg>`;
}
