// A picture of each view, dark and light, at 1280x720 and on a phone, in web/screens; or those whose names begin with an argument.

import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { begin } from './service.js';

const folder = fileURLToPath(new URL('../../screens/', import.meta.url));
mkdirSync(folder, { recursive: true });

const chooseTerminal = async (page) => {
  await page.evaluate(() => document.querySelector('#find').dispatchEvent(new CustomEvent('wanted')));
  const name = await page.evaluate(() => window.skyweave.world().terminals[0].name);
  await page.keyboard.type(name);
  await page.waitForSelector('#found [role=option]');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.side .chart svg');
};
const failMiddle = async (page) => {
  await page.waitForSelector('.side select option:nth-child(2)', { state: 'attached' });
  await page.getByRole('button', { name: 'In the middle' }).click();
  await page.locator('.area input').fill('1200');
  await page.click('.side button.primary');
  await page.waitForSelector('.compare');
};
const drawTerritory = async (page) => {
  for (const [lat, lon] of [[53.5, 7], [44.2, 4], [43.8, 14.2], [51.8, 15.2]]) {
    await page.evaluate(([to, at]) => window.skyweave.globe.eye.flyTo(to, at, 1.5), [lat, lon]);
    await page.waitForFunction(([to, at]) => Math.abs(window.skyweave.globe.eye.lat - to) < 0.01 && Math.abs(window.skyweave.globe.eye.lon - at) < 0.01, [lat, lon]);
    await page.click('text=Corner in the middle');
  }
  await page.evaluate(() => window.skyweave.globe.eye.flyTo(48.5, 10, 1.6));
};
const goAhead = async (page) => {
  const before = await page.evaluate(() => window.skyweave.slot().number);
  await page.evaluate(() => {
    const slider = document.querySelector('.track input');
    slider.value = String(window.skyweave.span().last + 120);
    slider.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await page.waitForFunction((n) => window.skyweave.slot().number > n + 100, before, { timeout: 120_000 });
};
const VIEWS = [
  ['globe', 'globe', async () => {}],
  ['terminal', 'globe', chooseTerminal],
  ['what-if', 'what-if', failMiddle],
  ['draw', 'draw', drawTerritory],
  ['ahead', 'globe', goAhead],
  ['fleet', 'fleet', async (page) => page.waitForSelector('.list, .empty')],
  ['incidents', 'incidents', async (page) => page.waitForSelector('.card, .empty')],
  ['log', 'log', async (page) => page.waitForSelector('.verdict-card, .empty')],
];
const only = process.argv.slice(2);

const service = await begin();
for (const [size, width, height] of [['desktop', 1280, 720], ['phone', 390, 844]]) {
  for (const theme of ['dark', 'light']) {
    for (const [name, view, prepare] of VIEWS) {
      const picture = `${name}-${size}-${theme}`;
      if (only.length && !only.some((wanted) => picture.startsWith(wanted))) continue;
      const { page, close } = await service.open(view, { width, height, theme, scale: 1 });
      if (!['globe', 'what-if', 'draw'].includes(view)) await page.waitForTimeout(500);
      else {
        await page.waitForFunction(() => window.skyweave?.slot() && window.skyweave.cost().frames > 2);
        await page.waitForTimeout(1500);
      }
      await prepare(page);
      await page.waitForTimeout(1500);
      await page.screenshot({ path: `${folder}${picture}.jpg`, type: 'jpeg', quality: 68 });
      await close();
      console.log(picture);
    }
  }
}
await service.end();
