// What is chosen on the globe: what it is, whom it serves, through what.

import { html, useEffect, useState } from '../html.js';
import { get, Problem } from '../api.js';
import { chosen, indexesOf, nameOf, neighbours, placeOf } from '../chosen.js';
import { EARTH_KM, extrapolate, under } from '../orbit.js';
import { NONE } from '../slot.js';
import { PART_NAMES, PARTS, outageClass } from '../globe/colours.js';
import { address } from '../route.js';
import { clockText, startOf } from '../time.js';
import { useSignal } from '../signal.js';
import { mode, now, slot, world } from '../live.js';
import { number, reason, t } from '../words.js';
import { theme } from '../settings.js';
import { Line, Shares, Sky } from './charts.js';
import { Icon } from './icon.js';
import { className } from './network.js';
import { show } from './globe-view.js';

/** @typedef {import('../chosen.js').Chosen} Chosen */

const FOLDERS = { satellite: 'satellites', gateway: 'gateways', terminal: 'terminals', cell: 'cells', pop: '' };

/**
 * What the service says of one thing, asked anew each slot while the page is live.
 * @param {Chosen} what
 */
function useMore(what) {
  const shown = useSignal(slot);
  const how = useSignal(mode);
  const [more, setMore] = useState(/** @type {any} */ (null));
  const [trouble, setTrouble] = useState('');
  const folder = FOLDERS[what.kind];
  const name = nameOf(what);
  const due = how === 'live' ? shown?.number : 0;
  useEffect(() => {
    if (!folder || !name || !due) return undefined;
    const stop = new AbortController();
    get(`live/${folder}/${encodeURIComponent(name)}`, stop.signal).then(
      (read) => {
        setMore(read);
        setTrouble('');
      },
      (error) => {
        if (error instanceof Problem) setTrouble(error.message);
      },
    );
    return () => stop.abort();
  }, [folder, name, due]);
  return { more, trouble };
}

/** A thing by its name, to be chosen. @param {{kind: import('../chosen.js').Kind, index: number | null | undefined}} props */
function Thing({ kind, index }) {
  if (index === null || index === undefined || index === NONE) return html`<span class="muted">–</span>`;
  return html`<button class="thing" onClick=${() => show({ kind, index })}>${nameOf({ kind, index })}</button>`;
}

/** @param {{rows: (any[] | false | null | undefined)[]}} props */
export function Facts({ rows }) {
  return html`<dl class="facts">${rows.map((row) => row && html`<div key=${row[0]}><dt>${row[0]}</dt><dd>${row[1]}</dd></div>`)}</dl>`;
}

/** @param {{lat_deg: number, lon_deg: number}} site */
function coordinates({ lat_deg, lon_deg }) {
  return `${number(Math.abs(lat_deg), 2)}° ${lat_deg < 0 ? t('sky.S') : t('sky.N')}, ${number(Math.abs(lon_deg), 2)}° ${lon_deg < 0 ? t('sky.W') : t('sky.E')}`;
}

/** @param {{now: Pick<import('../slot.js').TerminalNow, 'rtt_ms' | 'rtt_parts_ms'>}} props */
export function RoundTrip({ now: state }) {
  const inks = PARTS[useSignal(theme)];
  if (!state.rtt_parts_ms || state.rtt_ms === null) return null;
  const parts = PART_NAMES.map((name, i) => ({ name: t(`part.${name}`), value: state.rtt_parts_ms?.[name] ?? 0, ink: inks[i] }));
  return html`<h3>${t('rtt.title')} <b class="big">${number(state.rtt_ms, 1)} ms</b></h3><${Shares} parts=${parts} unit="ms" />`;
}

/** @param {{index: number}} props */
function Satellite({ index }) {
  const shown = useSignal(slot);
  const known = useSignal(world);
  const { more } = useMore({ kind: 'satellite', index });
  if (!shown || !known) return null;
  const about = known.satellites[index];
  const p = extrapolate(shown.position, shown.velocity, index, (now() - shown.starts) / 1000, [0, 0, 0]);
  const v = [0, 1, 2].map((k) => shown.velocity[3 * index + k]);
  const spot = under(p.map((n) => n / EARTH_KM));
  const cells = indexesOf(shown.cellSatellite, index);
  const terminals = shown.terminals.flatMap((one, i) => (one.satellite === index ? [i] : []));
  const beams = neighbours(shown, index);
  return html`<p class="state"><i class=${`dot ${['sat', 'laser-only', 'transit', 'unknown', 'failed'][shown.state[index]]}`}></i>${t(`state.${shown.state[index]}`)}</p>
    <${Facts} rows=${[
      [t('fact.gateway'), html`<${Thing} kind="gateway" index=${shown.gateway[index]} />`],
      [t('fact.cells'), number(cells.length)],
      [t('fact.terminals'), terminals.length ? terminals.map((i) => html`<${Thing} kind="terminal" index=${i} />`) : '–'],
      [t('fact.shell'), about.shell ?? '–'],
      [t('fact.altitude'), `${number(more?.altitude_km ?? Math.hypot(...p) - EARTH_KM)} km`],
      [t('fact.speed'), `${number(Math.hypot(...v), 2)} km/s`],
      [t('fact.below'), coordinates({ lat_deg: spot.lat, lon_deg: spot.lon })],
      more && [t('fact.catalog'), more.catalog_number],
    ]} />
    ${beams.length > 0 && html`<h3>${t('fact.lasers')}</h3><ul class="rows">${beams.map(({ satellite, load }) => html`<li key=${satellite}><button onClick=${() => show({ kind: 'satellite', index: satellite })}>
      <span>${known.satellites[satellite].name}</span><meter min="0" max="1" value=${load} aria-label=${t('fact.load')}></meter><b>${number(load * 100)} %</b></button></li>`)}</ul>`}`;
}

/** @param {{index: number}} props */
function Gateway({ index }) {
  const shown = useSignal(slot);
  const known = useSignal(world);
  const { more } = useMore({ kind: 'gateway', index });
  if (!shown || !known) return null;
  const held = indexesOf(shown.gateway, index);
  return html`<${Facts} rows=${[
      [t('fact.place'), coordinates(known.gateways[index])],
      [t('fact.country'), known.gateways[index].country ?? '–'],
      more && [t('fact.antennas'), t('fact.antennas.of', { used: more.antennas_used, all: more.antennas })],
      more && [t('fact.cells'), number(more.cells)],
      more?.terminals?.length > 0 && [t('fact.terminals'), more.terminals.map((/** @type {number} */ i) => html`<${Thing} kind="terminal" index=${i} />`)],
    ]} />
    ${more?.works === false && html`<p class="note bad">${t('gateway.failed')}</p>`}
    <p><a class="button" href=${address('what-if', known.gateways[index].name)}>${t('gateway.what-if')}</a></p>
    ${more?.fibres?.length > 0 && html`<h3>${t('fact.fibres')}</h3><ul class="rows">${more.fibres.slice(0, 6).map((/** @type {any} */ fibre) => html`<li key=${fibre.pop}><button onClick=${() => show({ kind: 'pop', index: fibre.pop })}><span>${nameOf({ kind: 'pop', index: fibre.pop })}</span><b>${number(fibre.length_km)} km</b></button></li>`)}</ul>`}
    <h3>${t('gateway.holds', { n: held.length })}</h3>
    <ul class="rows">${held.slice(0, 40).map((satellite) => html`<li key=${satellite}><button onClick=${() => show({ kind: 'satellite', index: satellite })}><span>${known.satellites[satellite].name}</span></button></li>`)}</ul>`;
}

/** @param {{index: number}} props */
function Pop({ index }) {
  const shown = useSignal(slot);
  const known = useSignal(world);
  if (!shown || !known) return null;
  const terminals = shown.terminals.flatMap((one, i) => (one.pop === index ? [i] : []));
  return html`<${Facts} rows=${[[t('fact.place'), coordinates(known.pops[index])], [t('fact.code'), known.pops[index].code]]} />
    <h3>${t('pop.terminals', { n: terminals.length })}</h3>
    <ul class="rows">${terminals.slice(0, 100).map((i) => html`<li key=${i}><button onClick=${() => show({ kind: 'terminal', index: i })}><span>${known.terminals[i].name}</span><b>${number(shown.terminals[i].rtt_ms, 1)} ms</b></button></li>`)}</ul>`;
}

/** @param {{index: number}} props */
function Cell({ index }) {
  const shown = useSignal(slot);
  const known = useSignal(world);
  const { more } = useMore({ kind: 'cell', index });
  if (!shown || !known) return null;
  const code = shown.cellState[index];
  const why = code > 1 ? known.outages.find((one) => one.code === code - 2) : undefined;
  return html`<p class="state"><i class=${`dot ${code === 1 ? 'idle' : className(outageClass(why?.name ?? null))}`}></i>${code === 0 ? t('state.served') : code === 1 ? t('class.idle') : reason(why?.name)}</p>
    ${why && html`<p class="muted">${explained(why)}</p>`}
    <${Facts} rows=${[
      [t('fact.satellite'), html`<${Thing} kind="satellite" index=${shown.cellSatellite[index]} />`],
      more && [t('fact.gateway'), html`<${Thing} kind="gateway" index=${more.gateway} />`],
      more && [t('fact.pop'), html`<${Thing} kind="pop" index=${more.pop} />`],
      [t('fact.down'), code === 0 ? `${number(shown.cellDown[index], 1)} Mbit/s` : '–'],
      more && [t('fact.people'), number(more.people)],
      more && [t('fact.its-terminals'), number(more.terminals)],
      more?.refused > 0 && [t('fact.refused'), number(more.refused)],
      more?.limit && [t('fact.limit'), t(`limit.${more.limit}`)],
      [t('fact.place'), coordinates(known.cells[index])],
    ]} />
    ${more?.rtt_parts_ms && html`<${RoundTrip} now=${more} />`}`;
}

/** What a reason means: our words in the reader's language, else the service's. @param {import('../live.js').Outage} why */
export function explained(why) {
  const key = `why.${why.name}`;
  const words = t(key);
  return words === key ? why.words : words;
}

/** @param {{history: any[]}} props */
export function Histories({ history }) {
  const at = (/** @type {any} */ moment) => moment.start_s * 1000;
  const down = history.map((moment) => ({ at: at(moment), value: moment.outage ? null : moment.down_mbps }));
  return html`<${Line} title=${t('history.rtt')} unit="ms" digits=${1} points=${history.map((moment) => ({ at: at(moment), value: moment.rtt_ms }))} />
    <${Line} title=${t('history.down')} unit="Mbit/s" points=${down} ink="var(--ink-2)" />
    <${Line} title=${t('history.up')} unit="Mbit/s" points=${history.map((moment) => ({ at: at(moment), value: moment.outage ? null : moment.up_mbps }))} ink="var(--ink-3)" />
    <${Line} title=${t('history.drop')} unit="%" most=${100} points=${history.map((moment) => ({ at: at(moment), value: 100 * moment.drop }))} ink="var(--bad)" />`;
}

/** @param {{index: number}} props */
function Terminal({ index }) {
  const shown = useSignal(slot);
  const known = useSignal(world);
  const { more, trouble } = useMore({ kind: 'terminal', index });
  if (!shown || !known) return null;
  const state = shown.terminals[index];
  if (!state) return null;
  const why = known.outages.find(({ name }) => name === state.outage);
  const lasers = Math.max(0, state.hops.length - 1);
  return html`<p class="state"><i class=${`dot ${className(outageClass(state.outage))}`}></i>${state.served ? t('state.served') : reason(state.outage)}${state.outage && html` <code>${state.outage}</code>`}</p>
    ${why && html`<p class="muted">${explained(why)}</p>`}
    <${RoundTrip} now=${state} />
    ${state.served && html`<h3>${t('way.title')}</h3><ol class="way">
      <li class="up"><b>${known.terminals[index].name}</b></li>
      ${state.hops.slice(0, 1).map((i) => html`<li class="sat"><${Thing} kind="satellite" index=${i} /></li>`)}
      ${lasers > 1 && html`<li class="more">${t('way.lasers', { n: lasers - 1 })}</li>`}
      ${lasers > 0 && html`<li class="sat"><${Thing} kind="satellite" index=${state.hops[lasers]} /></li>`}
      <li class="down"><${Thing} kind="gateway" index=${state.gateway} /></li><li class="pop"><${Thing} kind="pop" index=${state.pop} /></li>
    </ol>`}
    <${Facts} rows=${[
      state.served && [t('fact.down'), `${number(state.down_mbps, 1)} Mbit/s`],
      state.served && [t('fact.up'), `${number(state.up_mbps, 1)} Mbit/s`],
      state.limit && [t('fact.limit'), t(`limit.${state.limit}`)],
      state.elevation_deg && [t('fact.elevation'), `${number(state.elevation_deg, 1)}°`],
      more && [t('fact.handover'), handover(more)],
      more && [t('fact.plan'), more.plan],
      [t('fact.place'), coordinates(more ?? known.terminals[index])],
    ]} />
    ${trouble && html`<p class="note">${trouble}</p>`}
    ${more && html`<h3>${t('history.title')}</h3><${Histories} history=${more.history} />
      <${Sky} mask=${more.mask} satellite=${state.azimuth_deg !== null && state.elevation_deg ? { azimuth_deg: state.azimuth_deg, elevation_deg: state.elevation_deg } : null} />`}`;
}

/** @param {any} more */
export function handover(more) {
  if (!more.next_handover) return t('handover.none', { time: clockText(startOf(more.planned_until + 1)) });
  const { starts_utc, satellite } = more.next_handover;
  const time = clockText(Date.parse(starts_utc));
  return html`${time} UTC → ${satellite === null ? t('handover.lost') : html`<${Thing} kind="satellite" index=${satellite} />`}`;
}

const BODIES = { satellite: Satellite, gateway: Gateway, pop: Pop, cell: Cell, terminal: Terminal };

/** @param {{what: Chosen}} props */
export function Details({ what }) {
  const Body = BODIES[what.kind];
  const place = placeOf(what);
  return html`<header class="head">
      <div><small>${t(`kind.${what.kind}`)}</small><h1>${nameOf(what)}</h1></div>
      <button class="quiet icon" aria-label=${t('close')} title=${t('close')} onClick=${() => (chosen.value = null)}><${Icon} name="close" /></button>
    </header>
    <${Body} index=${what.index} />
    ${place && what.kind === 'terminal' && html`<p><a class="button" href=${address('fleet', `live:${nameOf(what)}`)}>${t('terminal.open')}</a></p>`}`;
}
