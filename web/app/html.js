// The view library: Preact, and markup in template strings (htm) without a build step.

import { h, render } from '../vendor/preact/preact.mjs';
import htm from '../vendor/htm/htm.mjs';

export { useEffect, useRef, useState } from '../vendor/preact/hooks.mjs';
export { h, render };
export const html = htm.bind(h);
