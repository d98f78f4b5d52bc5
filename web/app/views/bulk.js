// One command for many terminals: tried first, then done, all of it or nothing.

import { html, useState } from '../html.js';
import { post } from '../api.js';
import { number, t } from '../words.js';

/** Verbs that need nothing but a reason. */
const MOVES = ['suspend', 'resume', 'detach', 'report_lost', 'report_stolen', 'report_diverted', 'recover', 'retire'];
const WITHOUT_REASON = ['resume', 'detach'];
const MOST_SHOWN = 20;

/** @param {{ids: string[], done: () => void, cancel: () => void}} props */
export function Bulk({ ids, done, cancel }) {
  const [verb, setVerb] = useState('suspend');
  const [target, setTarget] = useState('');
  const [why, setWhy] = useState('');
  const [skip, setSkip] = useState(false);
  const [preview, setPreview] = useState(/** @type {any} */ (null));
  const [trouble, setTrouble] = useState('');
  const [busy, setBusy] = useState(false);

  const command = () => {
    if (verb === 'attach') return { verb, line: target };
    if (verb === 'transfer') return { verb, account: target, reason: why };
    return { verb: 'move', by: verb, reason: why || null };
  };
  const send = async (/** @type {boolean} */ dryRun) => {
    setBusy(true);
    setTrouble('');
    try {
      const mode = skip ? 'skip_refused' : 'all_or_nothing';
      const answer = await post('bulk', { terminals: ids, do: command(), mode }, { dryRun, once: true });
      if (dryRun) setPreview(answer);
      else done();
    } catch (error) {
      setTrouble(/** @type {Error} */ (error).message);
    }
    setBusy(false);
  };
  const change = (/** @type {(value: any) => void} */ set) => (/** @type {any} */ e) => {
    set(e.currentTarget.type === 'checkbox' ? e.currentTarget.checked : e.currentTarget.value);
    setPreview(null);
  };
  const needsTarget = verb === 'attach' || verb === 'transfer';
  const incomplete = (needsTarget && !target) || (!why && !WITHOUT_REASON.includes(verb) && verb !== 'attach');
  const refused = preview?.rows.filter((/** @type {any} */ row) => row.would === 'refuse') ?? [];
  const blocked = !preview || preview.changed === 0 || (preview.refused > 0 && !skip);
  return html`<section class="bulk panel" aria-label=${t('bulk.title', { n: number(ids.length) })}>
    <h2>${t('bulk.title', { n: number(ids.length) })}</h2>
    <div class="filters">
      <label><span>${t('bulk.do')}</span><select value=${verb} onChange=${change(setVerb)}>${[...MOVES, 'attach', 'transfer'].map((name) => html`<option key=${name} value=${name}>${t(`verb.${name}`)}</option>`)}</select></label>
      ${needsTarget && html`<label><span>${t(verb === 'attach' ? 'bulk.line' : 'bulk.account')}</span><input value=${target} placeholder=${verb === 'attach' ? 'line_…' : 'acc_…'} onInput=${change(setTarget)} /></label>`}
      <label class="wide"><span>${t('bulk.reason')}</span><input value=${why} onInput=${change(setWhy)} /></label>
      <label class="check"><input type="checkbox" checked=${skip} onChange=${change(setSkip)} />${t('bulk.skip')}</label>
    </div>
    ${preview && html`<div class="preview" role="status">
      <p>${t('bulk.would', { changed: number(preview.changed), unchanged: number(preview.unchanged), refused: number(preview.refused) })}
        ${preview.losing_service > 0 && html` <b class="bad">${t('bulk.losing', { n: number(preview.losing_service) })}</b>`}</p>
      ${refused.length > 0 && html`<ul class="refusals">${refused.slice(0, MOST_SHOWN).map((/** @type {any} */ row) => html`<li key=${row.row}>${row.refused.found}; ${row.refused.remedy}</li>`)}
        ${refused.length > MOST_SHOWN && html`<li class="muted">${t('more', { n: number(refused.length - MOST_SHOWN) })}</li>`}</ul>`}
    </div>`}
    ${trouble && html`<p class="note bad" role="alert">${trouble}</p>`}
    <div class="actions">
      <button class=${preview ? '' : 'primary'} disabled=${busy || incomplete} onClick=${() => send(true)}>${t('bulk.try')}</button>
      <button class=${preview ? 'primary' : ''} disabled=${busy || blocked} onClick=${() => send(false)}>${t('bulk.confirm', { n: number(preview?.changed ?? 0) })}</button>
      <button onClick=${cancel}>${t('cancel')}</button>
    </div>
  </section>`;
}
