// Finds satellites, gateways, PoPs, listed terminals and cells by name, and terminals of the service.

import { html, useEffect, useRef, useState } from '../html.js';
import { get, query } from '../api.js';
import { go, route } from '../route.js';
import { world } from '../live.js';
import { t } from '../words.js';
import { Icon } from './icon.js';
import { show } from './globe-view.js';

const MOST = 8;
const MOST_OF_A_KIND = 3;

/**
 * @typedef {object} Hit
 * @property {string} kind
 * @property {string} name
 * @property {() => void} open
 */

/** @param {string} text @returns {Hit[]} */
function inWorld(text) {
  const known = world.value;
  if (!known) return [];
  const wanted = text.toLowerCase();
  /** @type {[import('../chosen.js').Kind, string[]][]} */
  const lists = [
    ['terminal', known.terminals.map(({ name }) => name)],
    ['pop', known.pops.map(({ name, code }) => `${name} (${code})`)],
    ['gateway', known.gateways.map(({ name }) => name)],
    ['satellite', known.satellites.map(({ name }) => name)],
    ['cell', wanted.length > 5 ? known.cells.map(({ h3 }) => h3) : []],
  ];
  return lists.flatMap(([kind, names]) => {
    /** @type {number[]} */
    const found = [];
    for (let i = 0; i < names.length && found.length < MOST_OF_A_KIND; i++) if (names[i].toLowerCase().startsWith(wanted)) found.push(i);
    for (let i = 0; i < names.length && found.length < MOST_OF_A_KIND; i++) if (!found.includes(i) && names[i].toLowerCase().includes(wanted)) found.push(i);
    return found.map((index) => ({
      kind,
      name: names[index],
      open() {
        if (!['globe', 'what-if'].includes(route.value.view)) go('globe');
        setTimeout(() => show({ kind, index }), 0);
      },
    }));
  });
}

/** @param {string} text @returns {Promise<Hit[]>} */
async function inFleet(text) {
  const { results } = await get(`user-terminals?${query({ text, limit: 3, fields: 'id,hardware_key,serial' })}`);
  return results.map((/** @type {any} */ found) => ({
    kind: 'fleet',
    name: found.serial ? `${found.hardware_key} · ${found.serial}` : found.hardware_key,
    open: () => go('fleet', found.id),
  }));
}

export function Find() {
  const [text, setText] = useState('');
  const [hits, setHits] = useState(/** @type {Hit[]} */ ([]));
  const [at, setAt] = useState(0);
  const [open, setOpen] = useState(false);
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  useEffect(() => {
    const wanted = () => field.current?.focus();
    const box = field.current;
    box?.addEventListener('wanted', wanted);
    return () => box?.removeEventListener('wanted', wanted);
  }, []);
  useEffect(() => {
    if (!text.trim()) {
      setHits([]);
      return undefined;
    }
    let stale = false;
    const near = inWorld(text.trim());
    setHits(near.slice(0, MOST));
    setAt(0);
    const timer = setTimeout(() => {
      inFleet(text.trim()).then((more) => !stale && setHits([...near.slice(0, MOST - more.length), ...more]), () => {});
    }, 180);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [text]);
  const take = (/** @type {Hit | undefined} */ hit) => {
    if (!hit) return;
    setOpen(false);
    setText('');
    field.current?.blur();
    hit.open();
  };
  const key = (/** @type {KeyboardEvent} */ e) => {
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      e.preventDefault();
      setAt((n) => (n + (e.key === 'ArrowDown' ? 1 : hits.length - 1)) % Math.max(1, hits.length));
    }
    if (e.key === 'Enter') take(hits[at]);
    if (e.key === 'Escape') setOpen(false);
  };
  const listed = open && text.trim() !== '';
  return html`<div class="find" role="search">
    <${Icon} name="find" />
    <input id="find" ref=${field} type="search" value=${text} placeholder=${t('find.placeholder')} aria-label=${t('find.label')} autocomplete="off"
      role="combobox" aria-expanded=${listed} aria-controls="found" aria-activedescendant=${listed && hits[at] ? `hit-${at}` : undefined}
      onInput=${(/** @type {any} */ e) => { setText(e.currentTarget.value); setOpen(true); }} onFocus=${() => setOpen(true)} onBlur=${() => setTimeout(() => setOpen(false), 150)} onKeyDown=${key} />
    <ul id="found" role="listbox" hidden=${!listed}>
      ${hits.map((hit, i) => html`<li key=${hit.kind + hit.name} id=${`hit-${i}`} role="option" aria-selected=${i === at} onPointerDown=${(/** @type {Event} */ e) => { e.preventDefault(); take(hit); }} onPointerEnter=${() => setAt(i)}>
        <span>${hit.name}</span><small>${t(`kind.${hit.kind}`)}</small>
      </li>`)}
      ${!hits.length && html`<li class="muted">${t('find.none')}</li>`}
    </ul>
  </div>`;
}
