// What a frame costs the main thread, and how many draw calls it takes, while the globe turns: headless Chromium, drawing in software, at a
// quarter of the resolution each way (which the main thread does not notice).

import { begin } from './service.js';

const FRAMES = 40;

const service = await begin();
const { page, close } = await service.open('globe', { scale: 0.25 });
await page.waitForSelector('.figures .figure');
await page.waitForTimeout(3000);
const before = await page.evaluate(() => window.skyweave.cost().frames);
await page.evaluate(() => {
  const turn = () => {
    window.skyweave.globe.eye.turn(0, 0.2);
    requestAnimationFrame(turn);
  };
  turn();
});
await page.waitForFunction((n) => window.skyweave.cost().frames >= n, before + FRAMES, { timeout: 600_000 });
const measured = await page.evaluate(() => ({
  ...window.skyweave.cost(),
  satellites: window.skyweave.world().satellites.length,
  cells: window.skyweave.world().cells.length,
  lasers: window.skyweave.slot().laserA.length,
  slot_bytes: window.skyweave.slot().bytes,
}));
console.log(JSON.stringify(measured, null, 2));
await close();
await service.end();
