// The fleet: search, filters, and one command for many terminals.

import { html, useEffect, useState } from '../html.js';
import { get, query } from '../api.js';
import { address, go } from '../route.js';
import { number, t } from '../words.js';
import { whenText } from '../time.js';
import { Bulk } from './bulk.js';
import { say } from './app.js';

export const STATES = ['manufactured', 'registered', 'assigned', 'active', 'suspended', 'lost', 'stolen', 'diverted', 'retired'];
const PAGE = 100;
/** The service takes so many in one command. */
const MOST_CHOSEN = 100000;

/** @typedef {{text: string, state: string, incident: string, seen: string, tag: string}} Terms */

/** @param {Terms} terms */
function asked({ text, state, incident, seen, tag }) {
  const hour = Math.floor(Date.now() / 1000) - 3600;
  return {
    text,
    state,
    tag,
    incident,
    seen_since: seen === 'hour' ? hour : '',
    seen_before: seen === 'day' ? hour - 23 * 3600 : '',
    seen: seen === 'never' ? seen : '',
  };
}

/** Every id that a search finds, page by page. @param {Terms} terms @param {(n: number) => void} progress */
async function everyId(terms, progress) {
  /** @type {string[]} */
  const ids = [];
  let cursor;
  do {
    const page = await get(`user-terminals?${query({ ...asked(terms), fields: 'id', limit: 1000, cursor })}`);
    ids.push(...page.results.map((/** @type {any} */ one) => one.id));
    cursor = page.next;
    progress(ids.length);
  } while (cursor && ids.length < MOST_CHOSEN);
  return ids.slice(0, MOST_CHOSEN);
}

/** @param {{code: string}} props */
export function State({ code }) {
  return html`<span class=${`tag state-${code}`}>${t(`terminal.${code}`)}</span>`;
}

export function Fleet() {
  const [terms, setTerms] = useState(/** @type {Terms} */ ({ text: '', state: '', incident: '', seen: '', tag: '' }));
  const [rows, setRows] = useState(/** @type {any[]} */ ([]));
  const [next, setNext] = useState(/** @type {string | undefined} */ (undefined));
  const [count, setCount] = useState(/** @type {number | null} */ (null));
  const [picked, setPicked] = useState(/** @type {Set<string>} */ (new Set()));
  const [trouble, setTrouble] = useState('');
  const [busy, setBusy] = useState(true);
  const [again, setAgain] = useState(0);

  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      setBusy(true);
      get(`user-terminals?${query({ ...asked(terms), limit: PAGE, count: true })}`, stop.signal).then(
        (page) => {
          setRows(page.results);
          setNext(page.next);
          setCount(page.count ?? page.total ?? page.results.length);
          setTrouble('');
          setBusy(false);
          say(t('fleet.found', { n: number(page.count ?? page.results.length) }));
        },
        (error) => {
          if (error.name === 'AbortError') return;
          setTrouble(error.message);
          setBusy(false);
        },
      );
    }, 150);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [terms, again]);

  const more = async () => {
    const page = await get(`user-terminals?${query({ ...asked(terms), limit: PAGE, cursor: next })}`).catch((error) => setTrouble(error.message));
    if (!page) return;
    setRows([...rows, ...page.results]);
    setNext(page.next);
  };
  const all = async () => {
    setBusy(true);
    try {
      setPicked(new Set(await everyId(terms, (n) => say(number(n)))));
    } catch (error) {
      setTrouble(/** @type {Error} */ (error).message);
    }
    setBusy(false);
  };
  const turn = (/** @type {string} */ id) => {
    const now = new Set(picked);
    if (!now.delete(id)) now.add(id);
    setPicked(now);
  };
  const field = (/** @type {keyof Terms} */ name) => (/** @type {any} */ e) => setTerms({ ...terms, [name]: e.currentTarget.value });
  const every = rows.length > 0 && rows.every(({ id }) => picked.has(id));
  return html`<div class="page">
    <header class="page-head"><h1>${t('nav.fleet')}</h1><p class="muted" role="status">${busy ? t('busy') : t('fleet.found', { n: number(count) })}</p></header>
    <form class="filters" role="search" onSubmit=${(/** @type {Event} */ e) => e.preventDefault()}>
      <label class="wide"><span>${t('fleet.text')}</span><input type="search" value=${terms.text} placeholder=${t('fleet.text.hint')} onInput=${field('text')} /></label>
      <label><span>${t('fleet.state')}</span><select value=${terms.state} onChange=${field('state')}><option value="">${t('any')}</option>${STATES.map((code) => html`<option key=${code} value=${code}>${t(`terminal.${code}`)}</option>`)}</select></label>
      <label><span>${t('fleet.incident')}</span><select value=${terms.incident} onChange=${field('incident')}><option value="">${t('any')}</option>${['diverted', 'roaming', 'moving', 'border_flicker'].map((code) => html`<option key=${code} value=${code}>${t(`cause.${code}`)}</option>`)}</select></label>
      <label><span>${t('fleet.seen')}</span><select value=${terms.seen} onChange=${field('seen')}><option value="">${t('any')}</option>${['hour', 'day', 'never'].map((code) => html`<option key=${code} value=${code}>${t(`fleet.seen.${code}`)}</option>`)}</select></label>
      <label><span>${t('fleet.tag')}</span><input value=${terms.tag} onInput=${field('tag')} /></label>
    </form>
    ${trouble && html`<p class="note bad" role="alert">${trouble}</p>`}
    ${picked.size > 0 && html`<${Bulk} ids=${[...picked]} done=${() => { setPicked(new Set()); setAgain(again + 1); }} cancel=${() => setPicked(new Set())} />`}
    ${rows.length
      ? html`<div class="scroll tall"><table class="list">
          <thead><tr>
            <th class="pick"><input type="checkbox" aria-label=${t('fleet.pick-page')} checked=${every} onChange=${() => setPicked(new Set(every ? [] : rows.map(({ id }) => id)))} /></th>
            <th scope="col">${t('fleet.key')}</th><th scope="col">${t('fleet.state')}</th><th scope="col">${t('fleet.serial')}</th><th scope="col">${t('fleet.tags')}</th><th scope="col">${t('fleet.since')}</th>
          </tr></thead>
          <tbody>${rows.map((row) => html`<tr key=${row.id} class=${picked.has(row.id) ? 'picked' : ''} onClick=${(/** @type {any} */ e) => { if (!e.target.closest('input, a')) go('fleet', row.id); }}>
            <td class="pick"><input type="checkbox" aria-label=${t('fleet.pick', { key: row.hardware_key })} checked=${picked.has(row.id)} onChange=${() => turn(row.id)} /></td>
            <th scope="row"><a href=${address('fleet', row.id)}>${row.hardware_key}</a></th>
            <td><${State} code=${row.state} /></td><td>${row.serial ?? '–'}</td><td>${(row.tags ?? []).map((/** @type {string} */ tag) => html`<span class="tag">${tag}</span>`)}</td><td class="num">${whenText(row.state_since_s)}</td>
          </tr>`)}</tbody>
        </table></div>
        <div class="actions">${next && html`<button onClick=${more}>${t('fleet.more')}</button>`}
          ${(count ?? 0) > rows.length && html`<button onClick=${all} disabled=${busy}>${t('fleet.pick-all', { n: number(Math.min(count ?? 0, MOST_CHOSEN)) })}</button>`}
          <span class="muted">${t('fleet.shown', { n: number(rows.length) })}</span></div>`
      : !busy && !trouble && html`<p class="empty">${terms.text || terms.state || terms.incident || terms.seen || terms.tag ? t('fleet.none') : t('fleet.empty')}</p>`}
  </div>`;
}
