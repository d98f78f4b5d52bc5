// Begins: the network, and the page around it.

import { h, render } from './html.js';
import { begin } from './live.js';
import { App } from './views/app.js';

const root = /** @type {HTMLElement} */ (document.getElementById('app'));
root.textContent = '';
render(h(App, null), root);
begin();
