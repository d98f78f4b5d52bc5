// The globe with what lies over it: panels, layers, time.

import { html, useEffect, useRef } from '../html.js';
import { chosen, choose, nameOf, placeOf } from '../chosen.js';
import { EARTH_KM, extrapolate, under } from '../orbit.js';
import { Globe, layers } from '../globe/globe.js';
import { signal, useSignal } from '../signal.js';
import { slot, span, world } from '../live.js';
import { theme } from '../settings.js';
import { t } from '../words.js';
import { Details } from './details.js';
import { Draw } from './draw.js';
import { Icon } from './icon.js';
import { Network } from './network.js';
import { TimeBar } from './timebar.js';
import { WhatIf } from './what-if.js';
import { say } from './app.js';

/** @type {import('../signal.js').Signal<Globe | null>} */
export const globe = signal(/** @type {Globe | null} */ (null));
const broken = signal('');

/** What frames cost, or nothing without a globe. */
export function cost() {
  return globe.value?.cost() ?? null;
}

/** Flies to something, and chooses it. @param {import('../chosen.js').Chosen} what */
export function show(what) {
  choose(what.kind, what.index);
  const site = placeOf(what);
  if (site) globe.value?.eye.flyTo(site.lat_deg, site.lon_deg, Math.min(globe.value.eye.distance, what.kind === 'cell' ? 1.5 : 2.4));
  else if (slot.value) {
    const p = extrapolate(slot.value.position, slot.value.velocity, what.index, 0, [0, 0, 0]);
    const { lat, lon } = under(p.map((n) => n / EARTH_KM));
    globe.value?.eye.flyTo(lat, lon, Math.min(globe.value.eye.distance, 2.4));
  }
  say(`${t(`kind.${what.kind}`)} ${nameOf(what)}`);
}

/** @type {readonly (keyof typeof layers.value)[]} */
const LAYERS = ['satellites', 'lasers', 'cells', 'gateways', 'pops'];

function Layers() {
  const shown = useSignal(layers);
  return html`<details class="layers panel">
    <summary><${Icon} name="layers" /><span>${t('layers.title')}</span></summary>
    <div class="list">
      ${LAYERS.map(
        (name) => html`<label key=${name}>
          <input type="checkbox" checked=${shown[name]} onChange=${() => (layers.value = { ...shown, [name]: !shown[name] })} />
          <i class=${`key ${name}`}></i>${t(`layer.${name}`)}
        </label>`,
      )}
    </div>
    <div class="legend" aria-label=${t('legend.title')}>
      ${['served', 'network', 'local', 'refused', 'idle'].map((name) => html`<span key=${name}><i class=${`dot ${name}`}></i>${t(`class.${name}`)}</span>`)}
      <span><i class="dot sat"></i>${t('state.0')}</span><span><i class="dot laser-only"></i>${t('state.1')}</span>
      <span><i class="dot transit"></i>${t('state.2')}</span><span><i class="dot failed"></i>${t('state.4')}</span>
    </div>
  </details>`;
}

/**
 * Makes the globe, when it is first shown.
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLElement} ring
 * @param {HTMLElement} label
 */
function start(canvas, ring, label) {
  try {
    const made = new Globe(canvas, { ring, label });
    globe.value = made;
    made.onPick = (found) => {
      chosen.value = found;
      if (found) say(`${t(`kind.${found.kind}`)} ${nameOf(found)}`);
    };
    made.onHovered = (found) => {
      label.textContent = found ? nameOf(found) : '';
    };
    theme.watch((value) => made.setTheme(value));
    fetch('vendor/world-atlas/countries-50m.json')
      .then((answer) => answer.json())
      .then((topology) => made.setCoasts(topology))
      .catch((error) => (broken.value = String(error)));
    Object.assign(window, { skyweave: { cost, globe: made, slot: () => slot.value, world: () => world.value, span: () => span.value } });
  } catch (error) {
    broken.value = String(error);
  }
}

/** @param {{shown: boolean, view: string}} props */
export function GlobeView({ shown, view }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const ring = useRef(/** @type {HTMLElement | null} */ (null));
  const label = useRef(/** @type {HTMLElement | null} */ (null));
  const known = useSignal(world);
  const what = useSignal(chosen);
  const trouble = useSignal(broken);
  useEffect(() => {
    if (shown && !globe.value && !broken.value && canvas.current && ring.current && label.current) start(canvas.current, ring.current, label.current);
    if (globe.value) globe.value.asleep = !shown;
    const wide = matchMedia('(min-width: 860px)').matches;
    globe.value?.shift(wide ? 190 : 0, wide ? 34 : 110);
  }, [shown, view]);
  const side = view === 'what-if' ? html`<${WhatIf} />` : view === 'draw' ? html`<${Draw} />` : what ? html`<${Details} what=${what} key=${`${what.kind}${what.index}`} />` : html`<${Network} />`;
  return html`<section class="globe" hidden=${!shown} aria-label=${t('globe.label')}>
    <canvas ref=${canvas} tabindex="0" role="application" aria-label=${t('globe.canvas')} aria-describedby="globe-how"></canvas>
    <p id="globe-how" class="heard">${t('globe.how')}</p>
    <div class="marks" aria-hidden="true"><i class="ring" ref=${ring}></i><b class="label" ref=${label}></b></div>
    ${trouble && html`<p class="banner" role="alert">${t('globe.broken', { why: trouble })}</p>`}
    ${!known && !trouble && html`<p class="waiting" role="status">${t('globe.waiting')}</p>`}
    ${shown && html`<${Layers} /><aside class="side panel" aria-label=${t('side.label')}>${side}</aside><${TimeBar} />`}
  </section>`;
}
