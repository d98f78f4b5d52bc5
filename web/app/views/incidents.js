// Incidents: terminals where they may not be, what follows, and who objects.

import { html, useEffect, useState } from '../html.js';
import { get, post, query } from '../api.js';
import { address } from '../route.js';
import { number, t } from '../words.js';
import { whenText } from '../time.js';

const STATES = ['open', 'acknowledged', 'appealed', 'closed'];
const CAUSES = ['diverted', 'roaming', 'moving', 'border_flicker'];
const OUTCOMES = ['came_back', 'allowed', 'false_position', 'confirmed'];

/** @param {any} stage */
function stageText(stage) {
  const until = stage.until_s ?? stage.since_s;
  return `${t(`stage.${stage.stage}`)}${until ? ` · ${t(stage.until_s ? 'until' : 'since', { time: whenText(until) })}` : ''}`;
}

/** @param {{incident: any, changed: (incident: any) => void}} props */
function Verbs({ incident, changed }) {
  const [verb, setVerb] = useState('');
  const [words, setWords] = useState('');
  const [outcome, setOutcome] = useState('came_back');
  const [trouble, setTrouble] = useState('');
  const send = async (/** @type {Event} */ e) => {
    e.preventDefault();
    const bodies = { acknowledge: { note: words || null }, 'approve-cut': { reason: words }, close: { outcome, note: words || null } };
    try {
      const now = await post(`incidents/${incident.id}/${verb}`, bodies[/** @type {keyof typeof bodies} */ (verb)], { version: incident.version, once: true });
      setVerb('');
      setWords('');
      changed(now);
    } catch (error) {
      setTrouble(/** @type {Error} */ (error).message);
    }
  };
  if (incident.state === 'closed') return null;
  const cuttable = incident.enforcement.stage === 'awaiting_human' && !incident.cut_approved_by;
  return html`<div class="actions">
      ${incident.state === 'open' && html`<button aria-expanded=${verb === 'acknowledge'} onClick=${() => setVerb('acknowledge')}>${t('incident.acknowledge')}</button>`}
      ${cuttable && html`<button class="danger" aria-expanded=${verb === 'approve-cut'} onClick=${() => setVerb('approve-cut')}>${t('incident.approve-cut')}</button>`}
      <button aria-expanded=${verb === 'close'} onClick=${() => setVerb('close')}>${t('incident.close')}</button>
    </div>
    ${verb && html`<form class="filters" onSubmit=${send}>
      ${verb === 'close' && html`<label><span>${t('incident.outcome')}</span><select value=${outcome} onChange=${(/** @type {any} */ e) => setOutcome(e.currentTarget.value)}>${OUTCOMES.map((code) => html`<option key=${code} value=${code}>${t(`outcome.${code}`)}</option>`)}</select></label>`}
      <label class="wide"><span>${t(verb === 'approve-cut' ? 'bulk.reason' : 'incident.note')}</span><input value=${words} required=${verb === 'approve-cut'} onInput=${(/** @type {any} */ e) => setWords(e.currentTarget.value)} /></label>
      <button class="primary">${t(`incident.${verb}`)}</button><button type="button" onClick=${() => setVerb('')}>${t('cancel')}</button>
    </form>`}
    ${trouble && html`<p class="note bad" role="alert">${trouble}</p>`}`;
}

/** @param {{id: string, changed: () => void}} props */
function Appeal({ id, changed }) {
  const [appeal, setAppeal] = useState(/** @type {any} */ (null));
  const [why, setWhy] = useState('');
  const [trouble, setTrouble] = useState('');
  useEffect(() => {
    get(`appeals/${id}`).then(setAppeal, () => {});
  }, [id]);
  if (!appeal) return null;
  const decide = (/** @type {boolean} */ upheld) =>
    post(`appeals/${id}/decide`, { upheld, reason: why }, { version: appeal.version, once: true }).then(
      (now) => {
        setAppeal(now);
        changed();
      },
      (error) => setTrouble(error.message),
    );
  return html`<blockquote><p>${appeal.statement}</p><footer>${t('appeal.by', { who: appeal.lodged_by, time: whenText(appeal.lodged_s) })} · ${t(`appeal.${appeal.state}`)}</footer>
    ${appeal.decision && html`<p class="muted">${appeal.decision}</p>`}
    ${appeal.state === 'open' && html`<div class="filters"><label class="wide"><span>${t('bulk.reason')}</span><input value=${why} onInput=${(/** @type {any} */ e) => setWhy(e.currentTarget.value)} /></label>
      <button disabled=${!why} onClick=${() => decide(true)}>${t('appeal.uphold')}</button><button disabled=${!why} onClick=${() => decide(false)}>${t('appeal.reject')}</button></div>`}
    ${trouble && html`<p class="note bad" role="alert">${trouble}</p>`}
  </blockquote>`;
}

export function Incidents() {
  const [state, setState] = useState('open,acknowledged,appealed');
  const [cause, setCause] = useState('');
  const [rows, setRows] = useState(/** @type {any[] | null} */ (null));
  const [next, setNext] = useState(/** @type {string | undefined} */ (undefined));
  const [trouble, setTrouble] = useState('');
  const read = (/** @type {string | undefined} */ cursor) =>
    get(`incidents?${query({ state, cause, limit: 50, cursor })}`).then(
      (page) => {
        setRows((before) => (cursor && before ? [...before, ...page.results] : page.results));
        setNext(page.next);
        setTrouble('');
      },
      (error) => setTrouble(error.message),
    );
  useEffect(() => {
    read(undefined);
  }, [state, cause]);
  return html`<div class="page">
    <header class="page-head"><h1>${t('nav.incidents')}</h1><p class="muted">${t('incident.how')}</p></header>
    <form class="filters" onSubmit=${(/** @type {Event} */ e) => e.preventDefault()}>
      <label><span>${t('fleet.state')}</span><select value=${state} onChange=${(/** @type {any} */ e) => setState(e.currentTarget.value)}><option value="open,acknowledged,appealed">${t('incident.current')}</option>${STATES.map((code) => html`<option key=${code} value=${code}>${t(`incident.${code}`)}</option>`)}</select></label>
      <label><span>${t('incident.cause')}</span><select value=${cause} onChange=${(/** @type {any} */ e) => setCause(e.currentTarget.value)}><option value="">${t('any')}</option>${CAUSES.map((code) => html`<option key=${code} value=${code}>${t(`cause.${code}`)}</option>`)}</select></label>
    </form>
    ${trouble && html`<p class="note bad" role="alert">${trouble}</p>`}
    ${rows && !rows.length && html`<p class="empty">${t('incident.none')}</p>`}
    <div class="cards wide">${rows?.map((incident) => html`<article class="card" key=${incident.id}>
      <header><h2>${t(`cause.${incident.finding.cause}`)}</h2><span class="tag">${t(`incident.${incident.state}`)}</span></header>
      <p>${t('incident.says', { looks: incident.finding.looks, since: whenText(incident.finding.since_s), share: number((incident.finding.outside_65536 / 65536) * 100), error: number(incident.finding.error_m) })}</p>
      <dl class="facts">
        <div><dt>${t('kind.terminal')}</dt><dd><a href=${address('fleet', incident.terminal)}>${incident.terminal}</a></dd></div>
        <div><dt>${t('incident.stage')}</dt><dd>${stageText(incident.enforcement)}</dd></div>
        <div><dt>${t('incident.opened')}</dt><dd>${whenText(incident.opened_s)}</dd></div>
        ${incident.outcome && html`<div><dt>${t('incident.outcome')}</dt><dd>${t(`outcome.${incident.outcome}`)}</dd></div>`}
      </dl>
      ${incident.appeal && html`<${Appeal} id=${incident.appeal} changed=${() => read(undefined)} />`}
      <${Verbs} incident=${incident} changed=${(/** @type {any} */ now) => setRows((rows ?? []).map((one) => (one.id === now.id ? now : one)))} />
    </article>`)}</div>
    ${next && html`<div class="actions"><button onClick=${() => read(next)}>${t('fleet.more')}</button></div>`}
  </div>`;
}
