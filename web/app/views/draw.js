// A territory drawn on the globe, and an order about it: its corners by clicks, the cells that it would darken, and the preview of the order.

import { html, useEffect, useState } from '../html.js';
import { get, post } from '../api.js';
import { contains, isSimple, ring } from '../polygon.js';
import { useSignal } from '../signal.js';
import { slot, world } from '../live.js';
import { number, t } from '../words.js';
import { address } from '../route.js';
import { globe } from './globe-view.js';
import { Foreseen } from './foreseen.js';
import { Icon } from './icon.js';
import { Draft } from './orders.js';
import { say } from './app.js';

/** @typedef {import('../polygon.js').Corner} Corner */

const SERVED = 0;

/** Cells inside, and those of them that are served. @param {Corner[]} corners */
function cellsInside(corners) {
  const known = world.value;
  const now = slot.value;
  if (!known || corners.length < 3) return { all: 0, served: /** @type {number[]} */ ([]) };
  const [south, north] = [Math.min(...corners.map((c) => c.lat)), Math.max(...corners.map((c) => c.lat))];
  let all = 0;
  const served = [];
  for (let i = 0; i < known.cells.length; i++) {
    const { lat_deg, lon_deg } = known.cells[i];
    if (lat_deg < south || lat_deg > north || !contains(corners, lat_deg, lon_deg)) continue;
    all++;
    if (now?.cellState[i] === SERVED) served.push(i);
  }
  return { all, served };
}

export function Draw() {
  const known = useSignal(world);
  const now = useSignal(slot);
  const drawn = useSignal(globe);
  const [corners, setCorners] = useState(/** @type {Corner[]} */ ([]));
  const [name, setName] = useState('');
  const [entered, setEntered] = useState(false);
  const [order, setOrder] = useState(/** @type {any} */ (null));
  const [preview, setPreview] = useState(/** @type {any} */ (null));
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState('');
  const inside = cellsInside(corners);
  const whole = isSimple(corners);

  useEffect(() => {
    if (!drawn || entered) return undefined;
    drawn.groundClick = ({ lat, lon }) => {
      setCorners((before) => [...before, { lat, lon }]);
      return true;
    };
    drawn.groundAlone = true;
    return () => {
      drawn.groundClick = null;
      drawn.groundAlone = false;
    };
  }, [entered, drawn]);
  useEffect(() => {
    drawn?.setDraft(corners);
    drawn?.setLost(whole ? inside.served : []);
  }, [corners, known, now, drawn]);
  useEffect(
    () => () => {
      globe.value?.setDraft([]);
      globe.value?.setLost([]);
    },
    [],
  );

  const enter = async () => {
    setBusy(true);
    setTrouble('');
    const piece = { geometry: { type: 'Polygon', coordinates: [ring(corners)] }, source: 'drawn on the page' };
    const definition = JSON.stringify({ name, version: 1, pieces: [piece] });
    try {
      await post('territories', { name, valid_from_s: 0, definition }, { once: true });
      setEntered(true);
      say(t('draw.entered', { name }));
    } catch (error) {
      setTrouble(/** @type {Error} */ (error).message);
    }
    setBusy(false);
  };
  const drafted = (/** @type {any} */ made) => {
    setOrder(made);
    get(`orders/${made.id}/preview`).then(setPreview, (error) => setTrouble(error.message));
  };
  const middle = () => globe.value && setCorners([...corners, { lat: globe.value.eye.lat, lon: globe.value.eye.lon }]);
  return html`<header class="head"><h1>${t('draw.title')}</h1></header>
    <p class="muted">${t('draw.how')}</p>
    ${!entered && html`<div class="actions"><button onClick=${middle}>${t('draw.middle')}</button>
      <button disabled=${!corners.length} onClick=${() => setCorners(corners.slice(0, -1))}>${t('draw.back')}</button>
      <button disabled=${!corners.length} onClick=${() => setCorners([])}>${t('what-if.clear')}</button></div>`}
    ${corners.length > 0 && html`<ol class="corners">${corners.map(({ lat, lon }, i) => html`<li key=${i}>${number(lat, 2)}°, ${number(lon, 2)}°</li>`)}</ol>`}
    ${corners.length > 2 && !whole && html`<p class="note bad" role="alert">${t('draw.crosses')}</p>`}
    ${whole && html`<p class=${`verdict ${inside.served.length ? 'bad' : 'good'}`} role="status">${t('draw.inside', { served: number(inside.served.length), all: number(inside.all) })}</p>`}
    ${whole && !entered && html`<label class="field"><span>${t('draw.name')}</span><input required value=${name} onInput=${(/** @type {any} */ e) => setName(e.currentTarget.value)} /></label>
      <div class="actions"><button class="primary" disabled=${busy || !name.trim()} onClick=${enter}>${busy ? t('busy') : t('draw.enter')}</button></div>`}
    ${trouble && html`<p class="note bad" role="alert">${trouble}</p>`}
    ${entered && !order && html`<h2>${t('orders.draft')}</h2><${Draft} about=${name} drafted=${drafted} />`}
    ${order && html`<h2>${order.what ?? t('order.sealed')}</h2>
      ${preview ? html`<${Foreseen} preview=${preview} />` : html`<p class="muted">${t('busy')}</p>`}
      <p><a class="button" href=${address('log')}><${Icon} name="log" />${t('draw.sign')}</a></p>`}`;
}
