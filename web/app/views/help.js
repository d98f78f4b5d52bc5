// What the page is, its keys, and what it costs.

import { html, useEffect, useRef } from '../html.js';
import { useSignal } from '../signal.js';
import { number, t } from '../words.js';
import { slot, world } from '../live.js';
import { helpOpen } from './app.js';
import { cost } from './globe-view.js';
import { Icon } from './icon.js';

const KEYS = [
  ['1 – 5', 'views'],
  ['/', 'find'],
  ['space', 'pause'],
  ['l', 'live'],
  [', .', 'step'],
  ['← → ↑ ↓', 'turn'],
  ['+ −', 'zoom'],
  ['t', 'theme'],
  ['esc', 'close'],
  ['?', 'help'],
];

export function Help() {
  const open = useSignal(helpOpen);
  const box = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    if (open && !box.current?.open) box.current?.showModal();
    if (!open && box.current?.open) box.current?.close();
  }, [open]);
  const spent = open ? cost() : null;
  const known = world.value;
  return html`<dialog ref=${box} class="help" aria-labelledby="help-title" onClose=${() => (helpOpen.value = false)}>
    <header><h2 id="help-title">${t('help.title')}</h2>
      <button class="quiet icon" aria-label=${t('close')} onClick=${() => (helpOpen.value = false)}><${Icon} name="close" /></button>
    </header>
    <p>${t('help.about')}</p>
    <dl class="keys">${KEYS.map(([key, what]) => html`<div><dt><kbd>${key}</kbd></dt><dd>${t(`key.${what}`)}</dd></div>`)}</dl>
    <h3>${t('help.cost')}</h3>
    ${spent &&
    html`<p class="muted">${t('help.cost.text', {
      p50: number(spent.p50_ms, 1),
      p95: number(spent.p95_ms, 1),
      calls: spent.draw_calls,
      satellites: number(known?.satellites.length),
      bytes: number((slot.value?.bytes ?? 0) / 1000),
    })}</p>`}
    <p class="muted">${t('help.sources')}</p>
  </dialog>`;
}
