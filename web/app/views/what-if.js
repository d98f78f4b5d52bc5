// What if gateways, PoPs or an area failed: the current slot planned twice by the service, side by side.

import { html, useEffect, useState } from '../html.js';
import { post } from '../api.js';
import { route } from '../route.js';
import { useSignal } from '../signal.js';
import { world } from '../live.js';
import { number, reason, short, t } from '../words.js';
import { chosen, nameOf } from '../chosen.js';
import { globe, show } from './globe-view.js';
import { Icon } from './icon.js';
import { say } from './app.js';

/** @typedef {{lat_deg: number, lon_deg: number, radius_km: number}} Area */

/** @type {[string, number, boolean][]} key, digits, more is better */
const ROWS = [
  ['cells_served', 0, true],
  ['terminals_served', 0, true],
  ['listed_served', 0, true],
  ['people_served', 0, true],
  ['down_gbps', 0, true],
  ['rtt_p50_ms', 1, false],
  ['satellites_held', 0, true],
];
/** Marks on the globe for cells that are lost, at most. */
const MOST_LISTED = 12;

/** @param {{answer: any}} props */
function Comparison({ answer }) {
  const known = world.value;
  const { before, after } = answer;
  const codes = [...new Set([...Object.keys(before.outages), ...Object.keys(after.outages)])];
  const outages = codes.map((code) => ({ code, was: before.outages[code] ?? 0, is: after.outages[code] ?? 0 })).filter(({ was, is }) => was !== is);
  return html`<h2>${t('what-if.result')}</h2>
    <p class=${`verdict ${answer.cells_lost.length ? 'bad' : 'good'}`}>${
      answer.cells_lost.length
        ? t('what-if.loses', { cells: number(answer.cells_lost.length), people: short(answer.people_lost) })
        : t('what-if.nothing', { cells: number(answer.cells_changed.length) })
    }</p>
    <table class="compare">
      <thead><tr><th></th><th scope="col">${t('what-if.before')}</th><th scope="col">${t('what-if.after')}</th><th scope="col">${t('what-if.change')}</th></tr></thead>
      <tbody>
        ${ROWS.filter(([key]) => key in before).map(([key, digits, more]) => {
          const change = (after[key] ?? 0) - (before[key] ?? 0);
          const mood = Math.abs(change) < 0.5 * 10 ** -digits ? '' : change > 0 === more ? 'good' : 'bad';
          return html`<tr key=${key}><th scope="row">${t(`what-if.${key}`)}</th><td>${short(before[key], digits)}</td><td>${short(after[key], digits)}</td>
            <td class=${mood}>${mood ? `${change > 0 ? '+' : '−'}${short(Math.abs(change), digits)}` : '='}</td></tr>`;
        })}
        ${outages.map(({ code, was, is }) => html`<tr key=${code}><th scope="row">${reason(code)}</th><td>${number(was)}</td><td>${number(is)}</td>
          <td class=${is > was ? 'bad' : 'good'}>${is > was ? '+' : '−'}${number(Math.abs(is - was))}</td></tr>`)}
      </tbody>
    </table>
    <p class="muted">${t('what-if.failed', answer.failed)} ${t('what-if.changed', { cells: number(answer.cells_changed.length) })}</p>
    ${answer.terminals_lost.length > 0 && html`<h3>${t('what-if.terminals')}</h3><ul class="chips">${answer.terminals_lost.map((/** @type {number} */ i) => html`<li key=${i}><button onClick=${() => show({ kind: 'terminal', index: i })}>${known?.terminals[i]?.name}</button></li>`)}</ul>`}
    ${answer.cells_lost.length > 0 && html`<h3>${t('what-if.cells')}</h3><ul class="chips">${answer.cells_lost.slice(0, MOST_LISTED).map((/** @type {number} */ i) => html`<li key=${i}><button onClick=${() => show({ kind: 'cell', index: i })}>${nameOf({ kind: 'cell', index: i })}</button></li>`)}
      ${answer.cells_lost.length > MOST_LISTED && html`<li class="muted">${t('more', { n: number(answer.cells_lost.length - MOST_LISTED) })}</li>`}</ul>`}`;
}

export function WhatIf() {
  const known = useSignal(world);
  const { view, rest } = useSignal(route);
  const picked = useSignal(chosen);
  const [gateways, setGateways] = useState(/** @type {string[]} */ (view === 'what-if' && rest[0] ? [rest[0]] : []));
  const [pops, setPops] = useState(/** @type {string[]} */ ([]));
  const [area, setArea] = useState(/** @type {Area | null} */ (null));
  const [marking, setMarking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState('');
  const [answer, setAnswer] = useState(/** @type {any} */ (null));

  useEffect(() => {
    const drawn = globe.value;
    if (!drawn) return undefined;
    drawn.groundClick = marking
      ? ({ lat, lon }) => {
          setArea((before) => ({ lat_deg: lat, lon_deg: lon, radius_km: before?.radius_km ?? 500 }));
          setMarking(false);
          return true;
        }
      : null;
    return () => {
      drawn.groundClick = null;
    };
  }, [marking]);
  useEffect(() => {
    globe.value?.setArea(area && { lat: area.lat_deg, lon: area.lon_deg, radiusKm: area.radius_km });
  }, [area]);
  useEffect(() => () => globe.value?.setArea(null), []);
  useEffect(() => {
    globe.value?.setLost(answer?.cells_lost ?? []);
    if (answer) document.querySelector('.side .verdict')?.scrollIntoView({ block: 'nearest' });
    return () => globe.value?.setLost([]);
  }, [answer]);
  useEffect(() => {
    if (!picked || !known) return;
    if (picked.kind === 'gateway') add(known.gateways[picked.index].name, gateways, setGateways);
    if (picked.kind === 'pop') add(known.pops[picked.index].code, pops, setPops);
  }, [picked]);

  const ask = async () => {
    setBusy(true);
    setTrouble('');
    try {
      const round = (/** @type {number} */ n) => Math.round(n * 1e4) / 1e4;
      const circle = area && { lat_deg: round(area.lat_deg), lon_deg: round(area.lon_deg), radius_km: area.radius_km };
      const read = await post('live/what-if', { fail: { gateways, pops, satellites: [], area: circle } });
      setAnswer(read);
      say(read.cells_lost.length ? t('what-if.loses', { cells: number(read.cells_lost.length), people: short(read.people_lost) }) : t('what-if.nothing', { cells: read.cells_changed.length }));
    } catch (error) {
      setTrouble(/** @type {Error} */ (error).message);
    }
    setBusy(false);
  };
  const clear = () => {
    setGateways([]);
    setPops([]);
    setArea(null);
    setAnswer(null);
  };
  const nothing = !gateways.length && !pops.length && !area;
  return html`<header class="head"><h1>${t('nav.what-if')}</h1></header>
    <p class="muted">${t('what-if.how')}</p>
    <label class="field"><span>${t('what-if.gateways')}</span>
      <select onChange=${(/** @type {any} */ e) => { add(e.currentTarget.value, gateways, setGateways); e.currentTarget.value = ''; }}>
        <option value="">${t('what-if.choose')}</option>
        ${known && [...known.gateways].sort((a, b) => a.name.localeCompare(b.name)).map(({ name, country }) => html`<option key=${name} value=${name}>${name}${country ? `, ${country}` : ''}</option>`)}
      </select></label>
    <${Chips} names=${gateways} drop=${(/** @type {string} */ name) => setGateways(gateways.filter((one) => one !== name))} />
    <${Chips} names=${pops} drop=${(/** @type {string} */ name) => setPops(pops.filter((one) => one !== name))} />
    <div class="field"><span>${t('what-if.area')}</span>
      <button aria-pressed=${marking} onClick=${() => setMarking(!marking)}>${marking ? t('what-if.click') : area ? t('what-if.move') : t('what-if.mark')}</button>
      ${!area && html`<button onClick=${() => globe.value && setArea({ lat_deg: globe.value.eye.lat, lon_deg: globe.value.eye.lon, radius_km: 500 })}>${t('what-if.middle')}</button>`}
    </div>
    ${area && html`<div class="area">
      <label><span>${t('what-if.radius', { km: number(area.radius_km) })}</span><input type="range" min="50" max="3000" step="50" value=${area.radius_km} onInput=${(/** @type {any} */ e) => setArea({ ...area, radius_km: Number(e.currentTarget.value) })} /></label>
      <button class="quiet icon" aria-label=${t('what-if.no-area')} onClick=${() => setArea(null)}><${Icon} name="close" /></button>
    </div>`}
    <div class="actions"><button class="primary" disabled=${nothing || busy} onClick=${ask}>${busy ? t('what-if.busy') : t('what-if.ask')}</button>
      <button disabled=${nothing && !answer} onClick=${clear}>${t('what-if.clear')}</button></div>
    ${trouble && html`<p class="note bad" role="alert">${trouble}</p>`}
    ${answer && html`<${Comparison} answer=${answer} />`}`;
}

/** @param {string} name @param {string[]} names @param {(names: string[]) => void} set */
function add(name, names, set) {
  if (name && !names.includes(name)) set([...names, name]);
}

/** @param {{names: string[], drop: (name: string) => void}} props */
function Chips({ names, drop }) {
  if (!names.length) return null;
  return html`<ul class="chips">${names.map((name) => html`<li key=${name}><button aria-label=${t('what-if.drop', { name })} onClick=${() => drop(name)}>${name}<${Icon} name="close" /></button></li>`)}</ul>`;
}
