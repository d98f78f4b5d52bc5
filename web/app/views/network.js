// The whole network in a few numbers, and its listed terminals.

import { html } from '../html.js';
import { useSignal } from '../signal.js';
import { number, reason, t } from '../words.js';
import { clockText, startOf } from '../time.js';
import { news, slot, world } from '../live.js';
import { cellCounts, NONE, roundTrips } from '../slot.js';
import { outageClass } from '../globe/colours.js';
import { show } from './globe-view.js';

const CLASS_NAMES = ['served', 'idle', 'network', 'refused', 'local'];

/** @param {number} index of the class */
export function className(index) {
  return CLASS_NAMES[index] ?? 'network';
}

/** @param {{value: string, name: string, note?: string}} props */
export function Figure({ value, name, note }) {
  return html`<div class="figure"><dt>${name}</dt><dd>${value}${note && html` <small>${note}</small>`}</dd></div>`;
}

export function Network() {
  const now = useSignal(slot);
  const known = useSignal(world);
  const told = useSignal(news);
  if (!now || !known) return html`<p class="muted">${t('globe.waiting')}</p>`;
  const { by, served, asking } = cellCounts(now);
  const serving = new Set(now.cellSatellite);
  serving.delete(NONE);
  const trips = roundTrips(now);
  const reasons = known.outages.map(({ code, name }) => ({ name, count: by[code + 2] })).filter(({ count }) => count).sort((a, b) => b.count - a.count);
  return html`<header class="head"><h1>${known.scenario}</h1>
      ${known.clock.replay && html`<span class="tag" title=${t('clock.replay.text')}>${t('clock.replay')}${known.clock.speed === 1 ? '' : ` ×${number(known.clock.speed)}`}</span>`}
      <span class=${`tag basis-${now.basis}`} title=${t(`basis.${now.basis}.text`)}>${t(`basis.${now.basis}`)}</span></header>
    <dl class="figures">
      <${Figure} name=${t('figure.served')} value=${`${number(asking ? (100 * served) / asking : 0, 1)} %`} note=${t('figure.of-cells', { n: number(asking) })} />
      <${Figure} name=${t('figure.serving')} value=${number(serving.size)} note=${t('figure.of', { n: number(known.satellites.length) })} />
      <${Figure} name=${t('figure.lasers')} value=${number(now.laserA.length)} />
      <${Figure} name=${t('figure.rtt')} value=${trips.length ? `${number(trips[Math.floor(trips.length / 2)], 1)} ms` : '–'} note=${t('figure.listed')} />
    </dl>
    ${reasons.length > 0 &&
    html`<h2>${t('network.unserved')}</h2>
      <ul class="reasons">${reasons.slice(0, 6).map(({ name, count }) => html`<li key=${name}><i class=${`dot ${className(outageClass(name))}`}></i><span>${reason(name)}</span><b>${number(count)}</b></li>`)}</ul>`}
    ${told.length > 0 &&
    html`<h2>${t('network.news')}</h2>
      <ul class="reasons">${told.slice(0, 5).map((one, i) => html`<li key=${i}><small>${clockText(startOf(one.slot))}</small><span>${one.text ?? one.type ?? one.kind}</span></li>`)}</ul>`}
    ${known.terminals.length > 0 &&
    html`<h2>${t('network.terminals')}</h2>
      <ul class="rows">${known.terminals.slice(0, 200).map((terminal, i) => {
        const state = now.terminals[i];
        return html`<li key=${terminal.name}><button onClick=${() => show({ kind: 'terminal', index: i })}>
          <i class=${`dot ${state?.served ? 'served' : className(outageClass(state?.outage ?? null))}`}></i>
          <span>${terminal.name}</span><small>${state?.served ? known.pops[state.pop ?? -1]?.name ?? '' : reason(state?.outage)}</small>
          <b>${state?.rtt_ms ? `${number(state.rtt_ms, 1)} ms` : '–'}</b>
        </button></li>`;
      })}</ul>`}`;
}
