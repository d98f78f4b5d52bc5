// Orders: drawn up with a preview, signed outside of the browser, and followed until they are in force.

import { html, useEffect, useState } from '../html.js';
import { get, post, Problem } from '../api.js';
import { number, t } from '../words.js';
import { address } from '../route.js';
import { whenText } from '../time.js';
import { Foreseen } from './foreseen.js';

const CLASSES = ['cut', 'emergency', 'restore'];
const ACTIONS = ['deactivate', 'activate', 'restrict', 'throttle', 'restore'];
const TARGETS = ['territory', 'restriction', 'registry', 'plan-class', 'fail-mode'];
const DAY_S = 86400;

/**
 * @param {{drafted: (made: any) => void, about?: string}} props about: the name of a territory
 */
export function Draft({ drafted, about = '' }) {
  const [spec, setSpec] = useState({ class: 'cut', action: 'deactivate', target: 'territory', name: about, requester: '', reason: '', basis: '', days: '7' });
  const [trouble, setTrouble] = useState('');
  const [busy, setBusy] = useState(false);
  const set = (/** @type {keyof typeof spec} */ field) => (/** @type {any} */ e) => setSpec({ ...spec, [field]: e.currentTarget.value });
  const send = async (/** @type {Event} */ e) => {
    e.preventDefault();
    setBusy(true);
    setTrouble('');
    const { days, ...body } = spec;
    const expires_s = Math.floor(Date.now() / 1000) + Math.round(Number(days) * DAY_S);
    try {
      drafted(await post('orders', spec.class === 'restore' ? body : { ...body, expires_s }));
    } catch (error) {
      setTrouble(/** @type {Error} */ (error).message);
    }
    setBusy(false);
  };
  const choice = (/** @type {'class' | 'action' | 'target'} */ field, /** @type {string[]} */ codes, /** @type {(code: string) => string} */ words) =>
    html`<label><span>${t(`draft.${field}`)}</span><select value=${spec[field]} onChange=${set(field)}>${codes.map((code) => html`<option key=${code} value=${code}>${words(code)}</option>`)}</select></label>`;
  const line = (/** @type {'name' | 'requester' | 'reason' | 'basis'} */ field, wide = false) =>
    html`<label class=${wide ? 'wide' : ''}><span>${t(`draft.${field}`)}</span><input required value=${spec[field]} onInput=${set(field)} /></label>`;
  return html`<form class="filters draft" onSubmit=${send}>
    ${choice('class', CLASSES, (code) => t(`class-of.${code}`))}${choice('action', ACTIONS, (code) => t(`action.${code}`))}${choice('target', TARGETS, (code) => t(`target.${code}`))}
    ${line('name')}${line('requester')}
    ${spec.class !== 'restore' && html`<label><span>${t('draft.days')}</span><input type="number" min="0.1" max="365" step="0.1" value=${spec.days} onInput=${set('days')} /></label>`}
    ${line('reason', true)}${line('basis', true)}
    <button class="primary" disabled=${busy}>${busy ? t('busy') : t('draft.send')}</button>
    ${trouble && html`<p class="note bad wide" role="alert">${trouble}</p>`}
  </form>`;
}

/** @param {{order: any, changed: () => void}} props */
function Order({ order, changed }) {
  const [preview, setPreview] = useState(/** @type {any} */ (null));
  const [envelope, setEnvelope] = useState('');
  const [trouble, setTrouble] = useState('');
  const open = ['previewed', 'proposed', 'logged', 'witnessed'].includes(order.state);
  const send = () => {
    const verb = order.state === 'previewed' ? 'propose' : 'approvals';
    post(`orders/${order.id}/${verb}`, { envelope: envelope.trim() }).then(
      () => {
        setEnvelope('');
        setTrouble('');
        changed();
      },
      (error) => setTrouble(error.message),
    );
  };
  const file = `order-${order.id.slice(0, 12)}.json`;
  return html`<article class="card"><header><h3>${order.what ?? t('order.sealed')}</h3><span class=${`tag order-${order.state}`}>${t(`order.${order.state}`)}</span></header>
    <dl class="facts">
      <div><dt>${t('draft.requester')}</dt><dd>${order.requester}</dd></div>
      <div><dt>${t('order.quorum')}</dt><dd>${order.quorum}</dd></div>
      <div><dt>${t('order.approved')}</dt><dd>${order.approved.join(', ') || '–'}</dd></div>
      ${order.rejected.length > 0 && html`<div><dt>${t('order.refused')}</dt><dd>${order.rejected.join(', ')}</dd></div>`}
      <div><dt>${t('order.drawn')}</dt><dd>${whenText(order.created_s)}</dd></div>
      ${order.index !== undefined && html`<div><dt>${t('order.index')}</dt><dd>#${number(order.index)}</dd></div>`}
      ${order.epoch !== undefined && html`<div><dt>${t('order.epoch')}</dt><dd>${order.epoch}</dd></div>`}
    </dl>
    ${preview && html`<${Foreseen} preview=${preview} />`}
    <div class="actions">
      <button onClick=${() => get(`orders/${order.id}/preview`).then(setPreview, (error) => setTrouble(error.message))}>${t('order.preview')}</button>
      <a class="button" download=${file} href=${`data:application/json;base64,${order.payload}`}>${t('order.download')}</a>
    </div>
    ${open && html`<details><summary>${t(order.state === 'previewed' ? 'order.propose' : 'order.approve')}</summary>
      <p class="muted">${t('order.sign', { file })}</p>
      <textarea rows="3" aria-label=${t('order.envelope')} placeholder=${t('order.envelope')} value=${envelope} onInput=${(/** @type {any} */ e) => setEnvelope(e.currentTarget.value)}></textarea>
      <div class="actions"><button class="primary" disabled=${!envelope.trim()} onClick=${send}>${t('order.send')}</button></div>
    </details>`}
    ${trouble && html`<p class="note bad" role="alert">${trouble}</p>`}
  </article>`;
}

/** @param {{logged: () => void}} props */
export function Orders({ logged }) {
  const [orders, setOrders] = useState(/** @type {any[] | null} */ (null));
  const [drafting, setDrafting] = useState(false);
  const [absent, setAbsent] = useState(false);
  const read = () =>
    get('orders?limit=100').then(
      (page) => setOrders(page.results.sort((/** @type {any} */ a, /** @type {any} */ b) => b.updated_s - a.updated_s)),
      (error) => setAbsent(error instanceof Problem && error.status === 404),
    );
  useEffect(() => {
    read();
  }, []);
  if (absent || !orders) return null;
  return html`<section class="orders"><header class="page-head"><h2>${t('orders.title')}</h2><span class="actions"><a class="button" href=${address('draw')}>${t('orders.draw')}</a><button aria-expanded=${drafting} onClick=${() => setDrafting(!drafting)}>${t('orders.draft')}</button></span></header>
    ${drafting && html`<${Draft} drafted=${() => { setDrafting(false); read(); }} />`}
    ${!orders.length && html`<p class="muted">${t('orders.none')}</p>`}
    <div class="cards wide">${orders.map((order) => html`<${Order} key=${order.id} order=${order} changed=${() => { read(); logged(); }} />`)}</div>
  </section>`;
}
