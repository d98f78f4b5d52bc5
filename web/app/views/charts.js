// Small charts as SVG: lines over time, shares of a whole, the sky over a dish.

import { html, useState } from '../html.js';
import { clockText } from '../time.js';
import { number, t } from '../words.js';

const W = 320;
const H = 84;
const LEFT = 34;
const TOP = 6;
const BOTTOM = 16;

/** @typedef {{at: number, value: number | null}} Point at: ms since 1970 */

/**
 * A line over time with its least and greatest value; gaps stay gaps. The numbers are in a table for those who do not see it.
 * @param {{title: string, unit: string, points: Point[], digits?: number, most?: number, ink?: string}} props most: where the scale ends, if not by the values
 */
export function Line({ title, unit, points, digits = 0, most, ink = 'var(--accent)' }) {
  const [over, setOver] = useState(-1);
  const values = points.flatMap(({ value }) => (value === null ? [] : [value]));
  if (points.length < 2 || !values.length) {
    return html`<figure class="chart"><figcaption>${title}</figcaption><p class="muted">${t('chart.none')}</p></figure>`;
  }
  const from = 0;
  const top = most ?? niceTop(Math.max(...values, 1e-9));
  const first = points[0].at;
  const last = points[points.length - 1].at;
  const x = (/** @type {number} */ at) => LEFT + ((at - first) / Math.max(1, last - first)) * (W - LEFT - 4);
  const y = (/** @type {number} */ value) => TOP + (1 - (value - from) / (top - from)) * (H - TOP - BOTTOM);
  let pen = false;
  const path = points
    .map(({ at, value }) => {
      if (value === null) {
        pen = false;
        return '';
      }
      const verb = pen ? 'L' : 'M';
      pen = true;
      return `${verb}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
    })
    .join('');
  const gaps = points.flatMap(({ at, value }, i) => (value === null ? [[x(at), x(points[i + 1]?.at ?? at)]] : []));
  const shown = points[over] ?? points[points.length - 1];
  const move = (/** @type {PointerEvent} */ e) => {
    const box = /** @type {SVGElement} */ (e.currentTarget).getBoundingClientRect();
    const at = first + (((e.clientX - box.left) / box.width) * W - LEFT) * ((last - first) / (W - LEFT - 4));
    let best = 0;
    points.forEach((point, i) => {
      if (Math.abs(point.at - at) < Math.abs(points[best].at - at)) best = i;
    });
    setOver(best);
  };
  return html`<figure class="chart">
    <figcaption><span>${title}</span><b>${number(shown.value, digits)} ${unit}</b>${over >= 0 && html`<small>${clockText(shown.at)} UTC</small>`}</figcaption>
    <svg viewBox=${`0 0 ${W} ${H}`} role="img" aria-label=${t('chart.label', { title, low: number(Math.min(...values), digits), high: number(Math.max(...values), digits), unit })}
      onPointerMove=${move} onPointerLeave=${() => setOver(-1)}>
      ${gaps.map(([a, b]) => html`<rect class="gap" x=${a} y=${TOP} width=${Math.max(1.5, b - a)} height=${H - TOP - BOTTOM} />`)}
      ${[from, (from + top) / 2, top].map((value) => html`<g><line class="grid" x1=${LEFT} x2=${W} y1=${y(value)} y2=${y(value)} /><text x=${LEFT - 5} y=${y(value) + 3.5} text-anchor="end">${number(value, value === Math.round(value) ? 0 : 1)}</text></g>`)}
      <path d=${path} fill="none" stroke=${ink} stroke-width="1.6" stroke-linejoin="round" />
      ${shown.value !== null && html`<circle cx=${x(shown.at)} cy=${y(shown.value)} r="2.6" fill=${ink} />`}
      <text x=${LEFT} y=${H - 3}>${clockText(first).slice(0, 5)}</text><text x=${W - 2} y=${H - 3} text-anchor="end">${clockText(last).slice(0, 5)}</text>
    </svg>
    <details class="numbers"><summary>${t('chart.table')}</summary>
      <div class="scroll"><table><tbody>${points.map(({ at, value }) => html`<tr><th scope="row">${clockText(at)}</th><td>${number(value, digits)} ${unit}</td></tr>`)}</tbody></table></div>
    </details>
  </figure>`;
}

/** @param {number} value */
function niceTop(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((n) => n * power >= value) ?? 10;
  return step * power;
}

/**
 * Parts of a whole as one bar, with a list of them.
 * @param {{parts: {name: string, value: number, ink: string}[], unit: string}} props
 */
export function Shares({ parts, unit }) {
  const whole = parts.reduce((sum, { value }) => sum + value, 0) || 1;
  return html`<div class="shares">
    <div class="bar" aria-hidden="true">${parts.map(({ name, value, ink }) => html`<i key=${name} style=${{ width: `${(value / whole) * 100}%`, background: ink }}></i>`)}</div>
    <dl>${parts.map(({ name, value, ink }) => html`<div key=${name}><dt><i style=${{ background: ink }}></i>${name}</dt><dd>${number(value, 1)} ${unit}</dd></div>`)}</dl>
  </div>`;
}

/**
 * The sky over a dish: north up, the horizon outside; what stands in the way is filled.
 * @param {{mask: Sector[], satellite?: {azimuth_deg: number, elevation_deg: number} | null, least?: number}} props
 */
export function Sky({ mask, satellite, least = 25 }) {
  const R = 90;
  const spot = (/** @type {number} */ az, /** @type {number} */ el) => {
    const r = (R * (90 - el)) / 90;
    const a = (az * Math.PI) / 180;
    return `${(100 + r * Math.sin(a)).toFixed(1)} ${(100 - r * Math.cos(a)).toFixed(1)}`;
  };
  const edge = Array.from({ length: 360 }, (_, az) => spot(az, hiddenBelow(mask, az)));
  const covered = Array.from({ length: 360 }, (_, az) => Math.sin((hiddenBelow(mask, az) * Math.PI) / 180)).reduce((a, b) => a + b) / 360;
  const dot = satellite ? spot(satellite.azimuth_deg, satellite.elevation_deg).split(' ') : null;
  const words = t('sky.label', { share: number(covered * 100, 1) });
  return html`<figure class="chart sky"><figcaption><span>${t('sky.title')}</span><b>${number(covered * 100, 1)} %</b></figcaption>
    <svg viewBox="0 0 200 200" role="img" aria-label=${words}>
      <circle cx="100" cy="100" r=${R} class="dome" />
      ${covered > 0 && html`<path class="blocked" fill-rule="evenodd" d=${`M100 ${100 - R}A${R} ${R} 0 1 1 99.99 ${100 - R}ZM${edge.join('L')}Z`} />`}
      ${[30, 60].map((el) => html`<circle cx="100" cy="100" r=${(R * (90 - el)) / 90} class="grid" />`)}
      <circle cx="100" cy="100" r=${(R * (90 - least)) / 90} class="least" />
      ${[['N', 100, 8], ['E', 195, 103], ['S', 100, 199], ['W', 5, 103]].map(([name, x, y]) => html`<text x=${x} y=${y} text-anchor="middle">${t(`sky.${name}`)}</text>`)}
      ${dot && html`<circle cx=${dot[0]} cy=${dot[1]} r="4.500" class="now" />`}
    </svg>
    <p class="muted">${words}</p>
  </figure>`;
}

/** @typedef {{from_deg: number, to_deg: number, elevation_deg: number}} Sector clockwise; from and to alike are all around */

/**
 * Elevation below which nothing is seen in a direction.
 * @param {Sector[]} mask
 * @param {number} azimuth
 */
export function hiddenBelow(mask, azimuth) {
  let below = 0;
  for (const { from_deg, to_deg, elevation_deg } of mask) {
    const wide = (to_deg - from_deg + 360) % 360 || 360;
    if ((azimuth - from_deg + 360) % 360 <= wide) below = Math.max(below, elevation_deg);
  }
  return Math.min(90, below);
}
