// What an order is foreseen to do: numbers by territory, protected class and plan, and over the slots that were planned.

import { html } from '../html.js';
import { number, t } from '../words.js';
import { clockText, dateText, startOf } from '../time.js';

/** @param {{preview: any}} props as `orders/{id}/preview` answers */
export function Foreseen({ preview }) {
  if (!preview.slots?.length) return html`<p class="muted">${t('foreseen.nothing')}</p>`;
  const few = (/** @type {number} */ n) => (n ? number(n) : '–');
  return html`<table class="compare foreseen">
      <caption>${t('foreseen.by')}</caption>
      <thead><tr><th></th><th scope="col">${t('foreseen.cut')}</th><th scope="col">${t('foreseen.spilled')}</th><th scope="col">${t('foreseen.gained')}</th></tr></thead>
      <tbody>${preview.by.map(
        (/** @type {any} */ row) => html`<tr key=${`${row.kind} ${row.name}`}><th scope="row">${t(`foreseen.${row.kind}`)} ${row.name}</th>
          <td class=${row.cut ? 'bad' : ''}>${few(row.cut)}</td><td class=${row.spilled ? 'bad' : ''}>${few(row.spilled)}</td><td class=${row.gained ? 'good' : ''}>${few(row.gained)}</td></tr>`,
      )}</tbody>
    </table>
    ${preview.hidden > 0 && html`<p class="muted">${t('foreseen.hidden', { n: number(preview.hidden), few: preview.few })}</p>`}
    <table class="compare foreseen">
      <caption>${t('foreseen.over')}</caption>
      <thead><tr><th></th><th scope="col">${t('foreseen.loses')}</th><th scope="col">${t('foreseen.others')}</th><th scope="col">${t('foreseen.rates')}</th></tr></thead>
      <tbody>${preview.by_slot.map((/** @type {any} */ slot, /** @type {number} */ i) => {
        const at = startOf(preview.slots[i]);
        const change = slot.faster_permille - slot.slower_permille;
        return html`<tr key=${i}><th scope="row">${dateText(at)} ${clockText(at).slice(0, 5)}</th><td class=${slot.cut + slot.spilled ? 'bad' : ''}>${few(slot.cut + slot.spilled)}</td>
          <td>${number(slot.others)}</td><td>${change > 0 ? '+' : ''}${number(change / 10, 1)} %</td></tr>`;
      })}</tbody>
    </table>`;
}
