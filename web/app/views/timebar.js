// Time: live, paused, or recorded slots.

import { html, useEffect, useRef, useState } from '../html.js';
import { useSignal } from '../signal.js';
import { number, t } from '../words.js';
import { beats, goLive, isAhead, liveNow, mode, now, pause, play, rate, seek, slot, span, step } from '../live.js';
import { clockText, dateText, slotAt, spanText, startOf } from '../time.js';
import { Icon } from './icon.js';

const RATES = [1, 10, 60];

/** How full the network's service was, slot by slot, as far as it was heard. @param {{first: number, last: number}} props */
function History({ first, last }) {
  const heard = useSignal(beats);
  const wide = Math.max(1, last - first);
  const path = heard
    .filter((beat) => beat.slot >= first && beat.asking > 0)
    .map((beat) => {
      const x = ((beat.slot - first) / wide) * 1000;
      const y = 19 - 18 * Math.min(1, Math.max(0, beat.served / beat.asking));
      return `M${x.toFixed(1)} 20V${y.toFixed(1)}`;
    })
    .join('');
  return html`<svg class="heard-slots" viewBox="0 0 1000 20" preserveAspectRatio="none" aria-hidden="true">
    <path d=${path} stroke="currentColor" stroke-width=${Math.max(1.5, Math.min(14, 800 / wide))} />
  </svg>`;
}

export function TimeBar() {
  const how = useSignal(mode);
  const bounds = useSignal(span);
  const shown = useSignal(slot);
  const times = useSignal(rate);
  const [, tick] = useState(0);
  const due = useRef(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), 250);
    return () => clearInterval(timer);
  }, []);
  const time = now();
  const first = bounds?.first ?? 0;
  const last = Math.max(bounds?.last ?? 0, slotAt(liveNow()));
  const most = Math.max(last, bounds?.furthest ?? 0);
  const at = Math.min(most, Math.max(first, slotAt(time)));
  const ahead = isAhead();
  const slide = (/** @type {Event} */ e) => {
    const to = Number(/** @type {HTMLInputElement} */ (e.currentTarget).value);
    clearTimeout(due.current);
    if (to === last) goLive();
    else due.current = window.setTimeout(() => seek(startOf(to) + 1), 40);
  };
  const behind = liveNow() - time;
  const state = how === 'live' ? t('time.live') : ahead ? t('time.ahead', { span: spanText(-behind) }) : t('time.ago', { span: spanText(behind) });
  const text = `${dateText(time)} ${clockText(time)} UTC, ${state}`;
  return html`<section class="time panel" aria-label=${t('time.label')}>
    <div class="buttons">
      <button class="icon" aria-label=${t('time.back')} title=${t('time.back')} onClick=${() => step(-1)}><${Icon} name="back" /></button>
      ${how === 'paused'
        ? html`<button class="icon" aria-label=${t('time.play')} title=${t('time.play')} onClick=${() => play(times)}><${Icon} name="play" /></button>`
        : html`<button class="icon" aria-label=${t('time.pause')} title=${t('time.pause')} onClick=${pause}><${Icon} name="pause" /></button>`}
      <button class="icon" aria-label=${t('time.on')} title=${t('time.on')} disabled=${at >= most} onClick=${() => step(1)}><${Icon} name="on" /></button>
      ${how !== 'live' && html`<button class="rate" aria-label=${t('time.rate', { times })} onClick=${() => play(RATES[(RATES.indexOf(times) + 1) % RATES.length])}>×${times}</button>`}
    </div>
    <div class="clock"><b>${clockText(time)}</b><small>${dateText(time)} · UTC</small></div>
    <div class="track">
      <${History} first=${first} last=${most} />
      ${most > last && html`<i class="to-come" style=${`left:${(((last - first) / (most - first)) * 100).toFixed(2)}%`}></i>`}
      <input type="range" min=${first} max=${most} value=${at} step="1" aria-label=${t('time.slot')} aria-valuetext=${text} onInput=${slide} disabled=${!bounds} />
    </div>
    <small class="slot-no">${ahead ? t('time.foreseen') : shown ? t('time.no', { slot: number(shown.number) }) : ''}</small>
    <button class=${`live ${how === 'live' ? 'on' : ''}`} aria-pressed=${how === 'live'} onClick=${goLive}><i></i>${how === 'live' ? t('time.live') : t('time.go-live')}</button>
  </section>`;
}
