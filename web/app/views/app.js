// The page: the bar on top, one view, and what is said to those who listen.

import { html, useEffect, useState } from '../html.js';
import { address, go, route } from '../route.js';
import { signal, useSignal } from '../signal.js';
import { LANGUAGES, language, t } from '../words.js';
import { theme, turnTheme } from '../settings.js';
import { goLive, link, mode, pause, step } from '../live.js';
import { chosen } from '../chosen.js';
import { Find } from './find.js';
import { Fleet } from './fleet.js';
import { GlobeView } from './globe-view.js';
import { Help } from './help.js';
import { Icon } from './icon.js';
import { Incidents } from './incidents.js';
import { Log } from './log.js';
import { TerminalPage } from './terminal.js';

const VIEWS = [
  { id: 'globe', icon: 'globe' },
  { id: 'fleet', icon: 'fleet' },
  { id: 'incidents', icon: 'incident' },
  { id: 'what-if', icon: 'whatif' },
  { id: 'log', icon: 'log' },
];

/** What was said last to those who listen to the page. */
export const said = signal('');

/** @param {string} text */
export function say(text) {
  said.value = text;
}

export const helpOpen = signal(false);

/** @param {KeyboardEvent} e */
function keys(e) {
  const target = /** @type {HTMLElement} */ (e.target);
  const typing = target.closest('input:not([type=checkbox]):not([type=range]), textarea, select, [contenteditable]');
  if (e.key === 'Escape') {
    if (helpOpen.value) helpOpen.value = false;
    else if (typing) target.blur();
    else chosen.value = null;
    return;
  }
  if (typing || e.ctrlKey || e.metaKey || e.altKey) return;
  const onButton = target.closest('button, a, summary, input, dialog');
  /** @type {Record<string, () => void>} */
  const verbs = {
    '?': () => (helpOpen.value = true),
    '/': () => document.querySelector('#find')?.dispatchEvent(new CustomEvent('wanted')),
    l: goLive,
    ',': () => step(-1),
    '.': () => step(1),
    t: turnTheme,
  };
  if (!onButton) verbs[' '] = () => (mode.value === 'live' ? pause() : goLive());
  VIEWS.forEach(({ id }, i) => (verbs[String(i + 1)] = () => go(id)));
  const verb = verbs[e.key];
  if (!verb) return;
  e.preventDefault();
  verb();
}

/** @param {{view: string}} props */
function Navigation({ view }) {
  return html`<nav class="views" aria-label=${t('nav.label')}>
    ${VIEWS.map(
      ({ id, icon }) => html`<a key=${id} href=${address(id)} aria-current=${view === id ? 'page' : undefined}>
        <${Icon} name=${icon} /><span>${t(`nav.${id}`)}</span>
      </a>`,
    )}
  </nav>`;
}

function Tools() {
  const shown = useSignal(theme);
  const spoken = useSignal(language);
  const other = LANGUAGES.find(({ code }) => code !== spoken) ?? LANGUAGES[0];
  return html`<div class="tools">
    <button class="quiet" lang=${other.code} title=${other.name} aria-label=${other.name} onClick=${() => (language.value = other.code)}>
      ${other.code.toUpperCase()}
    </button>
    <button class="quiet icon" title=${t('tool.theme')} aria-label=${t('tool.theme')} onClick=${turnTheme}>
      <${Icon} name=${shown === 'dark' ? 'sun' : 'moon'} />
    </button>
    <button class="quiet icon" title=${t('tool.help')} aria-label=${t('tool.help')} onClick=${() => (helpOpen.value = true)}>
      <${Icon} name="help" />
    </button>
  </div>`;
}

function Banner() {
  const state = useSignal(link);
  if (state === 'signed-out') return html`<p class="banner" role="alert">${t('link.signed-out')}</p>`;
  if (state === 'lost') return html`<p class="banner" role="status">${t('link.lost')}</p>`;
  return null;
}

export function App() {
  const { view, rest } = useSignal(route);
  const spoken = useSignal(language);
  const words = useSignal(said);
  const [, draw] = useState(0);
  useEffect(() => {
    addEventListener('keydown', keys);
    return () => removeEventListener('keydown', keys);
  }, []);
  useEffect(() => {
    document.documentElement.lang = spoken;
    document.title = `${t(`nav.${VIEWS.some(({ id }) => id === view) ? view : 'globe'}`)} · Skyweave`;
    draw((n) => n + 1);
  }, [spoken, view]);
  const onGlobe = !['fleet', 'incidents', 'log'].includes(view);
  return html`<div class="app">
    <a class="skip" href="#content" onClick=${skip}>${t('nav.skip')}</a>
    <header class="top">
      <a class="brand" href=${address('globe')} aria-label="Skyweave"><img src="icon.svg" alt="" width="24" height="24" /><span>Skyweave</span></a>
      <${Navigation} view=${view} />
      <${Find} />
      <${Tools} />
    </header>
    <${Banner} />
    <main id="content" tabindex="-1" class=${onGlobe ? 'with-globe' : ''}>
      <${GlobeView} shown=${onGlobe} view=${view} />
      ${view === 'fleet' && !rest[0] && html`<${Fleet} />`}
      ${view === 'fleet' && rest[0] && html`<${TerminalPage} id=${rest[0]} key=${rest[0]} />`}
      ${view === 'incidents' && html`<${Incidents} />`}
      ${view === 'log' && html`<${Log} />`}
    </main>
    <div class="heard" role="status" aria-live="polite">${words}</div>
    <${Help} />
  </div>`;
}

/** @param {Event} e */
function skip(e) {
  e.preventDefault();
  document.getElementById('content')?.focus();
}
