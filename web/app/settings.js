// What the reader has set: light or dark.

import { remembered, signal } from './signal.js';

/** `auto`, `dark` or `light`. */
export const wish = remembered('skyweave.theme', 'auto');

const dark = matchMedia('(prefers-color-scheme: dark)');

/** The theme that is shown. */
export const theme = signal(/** @type {'dark' | 'light'} */ ('dark'));

function settle() {
  const wanted = wish.value === 'auto' ? (dark.matches ? 'dark' : 'light') : wish.value;
  theme.value = wanted === 'light' ? 'light' : 'dark';
  document.documentElement.dataset.theme = theme.value;
}

wish.watch(settle);
dark.addEventListener('change', settle);

export function turnTheme() {
  wish.value = theme.value === 'dark' ? 'light' : 'dark';
}
