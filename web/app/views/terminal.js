// One terminal: what the service knows of it, what is decided about it, and what the network gives it.

import { html, useEffect, useState } from '../html.js';
import { get, post, query } from '../api.js';
import { address, go } from '../route.js';
import { useSignal } from '../signal.js';
import { slot, world } from '../live.js';
import { number, reason, t } from '../words.js';
import { whenText } from '../time.js';
import { outageClass } from '../globe/colours.js';
import { State } from './fleet.js';
import { explained, Facts, handover, Histories, RoundTrip } from './details.js';
import { Sky } from './charts.js';
import { className } from './network.js';
import { show } from './globe-view.js';

/** A listed terminal of the network that goes by one of these names. @param {string[]} names */
function listed(names) {
  return world.value?.terminals.findIndex(({ name }) => names.includes(name)) ?? -1;
}

/** @param {{index: number}} props */
function LivePart({ index }) {
  const shown = useSignal(slot);
  const known = useSignal(world);
  const [more, setMore] = useState(/** @type {any} */ (null));
  const name = known?.terminals[index]?.name ?? '';
  useEffect(() => {
    if (name) get(`live/terminals/${encodeURIComponent(name)}`).then(setMore, () => {});
  }, [name, shown?.number]);
  const state = shown?.terminals[index];
  if (!state || !known) return html`<p class="muted">${t('globe.waiting')}</p>`;
  const why = known.outages.find((one) => one.name === state.outage);
  return html`<section class="card"><h2>${t('live.title')}</h2>
      <p class="state"><i class=${`dot ${className(outageClass(state.outage))}`}></i>${state.served ? t('state.served') : reason(state.outage)}${state.outage && html` <code>${state.outage}</code>`}</p>
      ${why && html`<p class="muted">${explained(why)}</p>`}
      <${RoundTrip} now=${state} />
      <${Facts} rows=${[
        state.served && [t('fact.satellite'), known.satellites[state.satellite ?? -1]?.name],
        state.served && [t('fact.gateway'), known.gateways[state.gateway ?? -1]?.name],
        state.served && [t('fact.pop'), known.pops[state.pop ?? -1]?.name],
        state.served && [t('fact.down'), `${number(state.down_mbps, 1)} Mbit/s`],
        state.served && [t('fact.up'), `${number(state.up_mbps, 1)} Mbit/s`],
        state.limit && [t('fact.limit'), t(`limit.${state.limit}`)],
        more && [t('fact.handover'), handover(more)],
      ]} />
      <p><button onClick=${() => { go('globe'); setTimeout(() => show({ kind: 'terminal', index }), 0); }}>${t('terminal.on-globe')}</button></p>
    </section>
    ${more && html`<section class="card"><h2>${t('history.title')}</h2><${Histories} history=${more.history} /></section>
      <section class="card"><${Sky} mask=${more.mask} satellite=${state.elevation_deg && state.azimuth_deg !== null ? { azimuth_deg: state.azimuth_deg, elevation_deg: state.elevation_deg } : null} /></section>`}`;
}

/** @param {any} would */
function remedy(would) {
  const { change } = would;
  if (change === 'retry_after') return t('would.retry_after', { time: whenText(would.time_s) });
  if (change === 'move') return t('would.move', { km: number(would.distance_m / 1000, 1), bearing: would.bearing_deg });
  if (change === 'join_registry' || change === 'leave_registry') return t(`would.${change}`, { registry: would.registry });
  if (change === 'below' || change === 'at_least') return t(`would.${change}`, { attribute: would.attribute, bound: number(would.bound) });
  if (change === 'becomes') return t('would.becomes', { attribute: would.attribute, value: would.value });
  return change;
}

/** @param {{id: string}} props */
function Decision({ id }) {
  const [made, setMade] = useState(/** @type {any} */ (null));
  const [trouble, setTrouble] = useState('');
  useEffect(() => {
    post('decisions', { terminal: id }).then(setMade, (error) => setTrouble(error.message));
  }, [id]);
  return html`<section class="card"><h2>${t('decision.title')}</h2>
    ${trouble && html`<p class="note">${trouble}</p>`}
    ${made && html`<p class="state"><i class=${`dot ${made.outcome === 'permitted' ? 'served' : made.outcome === 'refused' ? 'refused' : 'network'}`}></i>${t(`decision.${made.outcome}`)}${made.code && html` <code>${made.code}</code>`}</p>
      ${made.code && html`<p>${reason(made.code)}. ${explained({ code: 0, name: made.code, words: '', refused: true })}</p>`}
      <${Facts} rows=${[
        [t('decision.by'), t(`decided.${made.decided_by}`)],
        made.kbit_s && [t('decision.rate'), `${number(made.kbit_s)} kbit/s`],
        made.policies.length > 0 && [t('decision.policies'), made.policies.map((/** @type {any} */ policy) => html`<div><code>${policy.source}</code> ${policy.id}</div>`)],
        made.territories.length > 0 && [t('decision.territories'), made.territories.join(', ')],
        [t('decision.place'), t(`position.${made.position_from}`)],
        [t('decision.table'), html`<code title=${made.table_sha256}>${made.table_sha256.slice(0, 16)}…</code>`],
      ]} />
      ${made.remedies.length > 0 && html`<h3>${t('decision.remedies')}</h3><ul>${made.remedies.map((/** @type {any} */ one) => html`<li>${remedy(one)}</li>`)}</ul>`}`}
  </section>`;
}

/** @param {{id: string}} props */
function Chronicle({ id }) {
  const [events, setEvents] = useState(/** @type {any[]} */ ([]));
  useEffect(() => {
    get(`events?${query({ id, limit: 200 })}`).then((page) => setEvents(page.results.reverse()), () => {});
  }, [id]);
  if (!events.length) return null;
  return html`<section class="card"><h2>${t('terminal.events')}</h2><ol class="timeline">${events.map((event) => html`<li key=${event.seq}>
    <time>${whenText(event.at_s)}</time><b>${event.payload.type}</b><small>${event.actor}${event.payload.data?.reason ? ` · ${event.payload.data.reason}` : ''}</small></li>`)}</ol></section>`;
}

/** @param {{id: string}} props */
export function TerminalPage({ id }) {
  const known = useSignal(world);
  const [found, setFound] = useState(/** @type {any} */ (null));
  const [line, setLine] = useState(/** @type {any} */ (null));
  const [trouble, setTrouble] = useState('');
  const name = id.startsWith('live:') ? id.slice(5) : '';
  useEffect(() => {
    if (!name) {
      get(`user-terminals/${id}`).then(setFound, (error) => setTrouble(error.message));
      return;
    }
    const same = (/** @type {any} */ one) => [one.hardware_key, one.serial].includes(name);
    get(`user-terminals?${query({ text: name, limit: 20 })}`).then((page) => setFound(page.results.find(same) ?? null), () => {});
  }, [id]);
  useEffect(() => {
    if (found?.line) get(`service-lines/${found.line}`).then(setLine, () => {});
  }, [found?.line]);
  const index = known ? listed([name, found?.hardware_key, found?.serial].filter(Boolean)) : -1;
  return html`<div class="page">
    <header class="page-head"><a class="back" href=${address('fleet')}>← ${t('nav.fleet')}</a><h1>${found?.hardware_key ?? (name || id)}</h1>${name && found && html`<span class="muted">${name}</span>`}
      ${found && html`<${State} code=${found.state} />`}</header>
    ${trouble && html`<p class="note bad" role="alert">${trouble}</p>`}
    <div class="cards">
      ${index >= 0 && html`<${LivePart} index=${index} />`}
      ${found && html`<section class="card"><h2>${t('terminal.title')}</h2><${Facts} rows=${[
          [t('fleet.key'), html`<code>${found.hardware_key}</code>`],
          [t('fleet.serial'), found.serial ?? '–'],
          [t('terminal.model'), found.model ?? '–'],
          [t('fleet.since'), whenText(found.state_since_s)],
          found.state_reason && [t('terminal.why'), found.state_reason],
          found.held_by_the_service && [t('terminal.held'), t('yes')],
          line && [t('terminal.line'), `${line.name} (${t(`line.${line.state}`)})`],
          line?.address?.territory && [t('terminal.territory'), line.address.territory],
          found.note && [t('terminal.note'), found.note],
        ]} />
        ${found.custody.length > 0 && html`<h3>${t('terminal.custody')}</h3><ol class="timeline">${[...found.custody].reverse().map((/** @type {any} */ link) => html`<li><time>${whenText(link.since_s)}</time><b>${link.account ?? t('terminal.nobody')}</b><small>${link.reason} · ${link.recorded_by}</small></li>`)}</ol>`}
      </section>
      <${Decision} id=${found.id} /><${Chronicle} id=${found.id} />`}
    </div>
  </div>`;
}
