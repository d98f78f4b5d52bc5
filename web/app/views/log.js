// The public log as a timeline, verified here; and orders on their way into it.

import { html, useEffect, useState } from '../html.js';
import { get } from '../api.js';
import { canVerify, verify } from '../log/verify.js';
import { number, t } from '../words.js';
import { whenText } from '../time.js';
import { Icon } from './icon.js';
import { Orders } from './orders.js';
import { say } from './app.js';

const MEMORY = 'skyweave.log';
const NEWEST = 100;

/** @param {string} path */
async function file(path) {
  const answer = await fetch(`/log/${path}`);
  if (answer.status === 404 && path === 'checkpoint') throw new Error('no-log');
  if (!answer.ok) throw new Error(`/log/${path}: ${answer.status} ${answer.statusText}`);
  return new Uint8Array(await answer.arrayBuffer());
}

/** What this browser saw last. */
function remembered() {
  try {
    return JSON.parse(localStorage.getItem(MEMORY) ?? 'null');
  } catch {
    return null;
  }
}

/** @param {{report: import('../log/verify.js').Report}} props */
function Verdict({ report }) {
  const good = report.checks.every((check) => check.good);
  return html`<section class=${`card verdict-card ${good ? 'good' : 'bad'}`} role="status">
    <h2><${Icon} name=${good ? 'check' : 'cross'} />${t(good ? 'log.good' : 'log.bad')}</h2>
    <p class="muted">${t('log.summary', { size: number(report.size), origin: report.origin })}</p>
    <ul class="checks">${report.checks.map((check) => html`<li key=${check.name} class=${check.good ? 'good' : 'bad'}>
      <${Icon} name=${check.good ? 'check' : 'cross'} /><div>${t(`check.${check.name}`)}${check.detail && html`<small><code>${check.detail}</code></small>`}</div></li>`)}</ul>
    ${!report.checks.some(({ name }) => name === 'grew') && html`<p class="muted">${t('log.first')}</p>`}
    ${report.seen && html`<p class="muted">${t('log.genesis')} <code>${report.seen.genesis}</code></p>`}
    <p class="muted">${t('log.witnessed', { time: whenText(Math.max(0, ...report.witnesses.map(({ time }) => time)) || null) })}</p>
  </section>`;
}

/** One line about an entry. @param {import('../log/entries.js').Entry} entry */
function headline({ kind, payload }) {
  if (kind === 'order') {
    const matter = payload.matter;
    if (!matter) return t('entry.order.sealed', { class: t(`class-of.${payload.class}`), who: payload.requester });
    return t('entry.order', { class: t(`class-of.${payload.class}`), action: t(`action.${matter.action}`), target: matter.target?.name ?? '', who: payload.requester });
  }
  if (kind === 'approval') return t(`entry.approval.${payload.verdict}`, { who: payload.approver, order: payload.order?.slice(0, 12) ?? '' });
  if (kind === 'bundle') return t('entry.bundle', { epoch: payload.epoch, orders: payload.orders?.length ?? 0 });
  if (kind === 'convergence') return t('entry.convergence', { epoch: payload.epoch, n: payload.acknowledged, of: payload.of });
  if (kind === 'rotation') return t('entry.rotation', { version: payload.authority?.version ?? '' });
  if (kind === 'genesis') return t('entry.genesis', { fleet: payload.fleet, n: payload.authority?.principals?.length ?? 0 });
  if (kind === 'unsealing') return t('entry.unsealing', { order: payload.order?.slice(0, 12) ?? '' });
  return kind;
}

/** @param {{entry: import('../log/entries.js').Entry}} props */
function Entry({ entry }) {
  const { matter, drawn_s, start_s, expires_s, not_before_s } = entry.payload;
  const time = drawn_s ?? not_before_s;
  return html`<li class=${`entry ${entry.kind}`}>
    <div class="where"><b>#${number(entry.index)}</b>${time && html`<time>${whenText(time)}</time>`}</div>
    <div><h3>${headline(entry)}</h3>
      ${matter && html`<p>${matter.reason}</p><p class="muted">${matter.basis}</p>
        <p class="muted">${t('entry.preview', { gaining: number(matter.preview?.gaining), losing: number(matter.preview?.losing), people: number(matter.preview?.people) })}</p>`}
      ${start_s && html`<p class="muted">${t('entry.from', { from: whenText(start_s) })}${expires_s ? ` ${t('entry.until', { until: whenText(expires_s) })}` : ''}</p>`}
      <p class=${entry.wrong ? 'bad' : 'muted'}>${entry.wrong ? t('entry.wrong', { who: entry.wrong }) : entry.signers.length ? t('entry.signed', { who: entry.signers.join(', ') }) : t('entry.nobody')}</p>
      <details><summary>${t('entry.document')}</summary><pre>${JSON.stringify(entry.payload, null, 2)}</pre></details>
    </div></li>`;
}

export function Log() {
  const [report, setReport] = useState(/** @type {import('../log/verify.js').Report | null} */ (null));
  const [trouble, setTrouble] = useState('');
  const [done, setDone] = useState('');
  const [shown, setShown] = useState(NEWEST);
  const [again, setAgain] = useState(0);
  const [demo, setDemo] = useState(false);
  useEffect(() => {
    get('log').then((summary) => setDemo(summary.self_witnessed === true), () => {});
  }, []);
  useEffect(() => {
    let gone = false;
    (async () => {
      if (!(await canVerify())) throw new Error('no-ed25519');
      const read = await verify(file, remembered(), (n, of) => setDone(`${number(n)} / ${number(of)}`));
      if (gone) return;
      setReport(read);
      setTrouble('');
      if (read.seen) localStorage.setItem(MEMORY, JSON.stringify(read.seen));
      say(t(read.checks.every((check) => check.good) ? 'log.good' : 'log.bad'));
    })().catch((error) => !gone && setTrouble(error.message));
    return () => {
      gone = true;
    };
  }, [again]);
  const known = ['no-log', 'no-ed25519'].includes(trouble);
  return html`<div class="page">
    <header class="page-head"><h1>${t('nav.log')}</h1><p class="muted">${t('log.how')}</p><button onClick=${() => setAgain(again + 1)}>${t('log.again')}</button></header>
    ${trouble && html`<p class=${known ? 'empty' : 'note bad'} role="alert">${known ? t(`log.${trouble}`) : trouble}</p>`}
    ${!report && !trouble && html`<p class="muted" role="status">${t('log.reading')} ${done}</p>`}
    ${demo && html`<p class="note">${t('log.demo')}</p>`}
    ${report && html`<${Verdict} report=${report} />`}
    <${Orders} logged=${() => setAgain(again + 1)} />
    ${report && html`<h2>${t('log.entries')}</h2><ol class="log">${[...report.entries].reverse().slice(0, shown).map((entry) => html`<${Entry} entry=${entry} key=${entry.index} />`)}</ol>
      ${shown < report.entries.length && html`<div class="actions"><button onClick=${() => setShown(shown + NEWEST)}>${t('fleet.more')}</button></div>`}`}
  </div>`;
}
