// What a frame costs the main thread, by Chromium's own tracing, while the globe turns: headless Chromium, drawing in software, at a quarter of
// the resolution each way (which the main thread does not notice). Times are processor time of that thread alone, so that what other programs
// and the software renderer take is not in them; time on the wall is beside it.

import { begin } from './service.js';

const FRAMES = Number(process.env.SKYWEAVE_FRAMES ?? 120);
/** So long at most; a busy machine draws few frames. */
const PATIENCE_MS = 180_000;
const CATEGORIES = 'devtools.timeline,disabled-by-default-devtools.timeline,toplevel,__metadata';

/** @param {number[]} values @param {number} part */
const at = (values, part) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length ? Number(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))].toFixed(3)) : null;
};
const shares = (/** @type {number[]} */ values) => ({ count: values.length, p50: at(values, 0.5), p95: at(values, 0.95), most: at(values, 1) });

const service = await begin();
const { page, close } = await service.open('globe', { scale: 0.25 });
await page.waitForSelector('.figures .figure');
await page.waitForFunction(() => window.skyweave.slot() && window.skyweave.cost().frames > 2, null, { timeout: 600_000 });
await page.waitForTimeout(3000);

const tracing = await page.context().newCDPSession(page);
/** @type {any[]} */
const events = [];
tracing.on('Tracing.dataCollected', ({ value }) => events.push(...value));
const before = await page.evaluate(() => window.skyweave.cost().frames);
await page.evaluate(() => {
  const turn = () => {
    window.skyweave.globe.eye.turn(0, 0.2);
    requestAnimationFrame(turn);
  };
  turn();
});
await tracing.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: CATEGORIES.split(',') } });
const began = Date.now();
await page.waitForFunction((n) => window.skyweave.cost().frames >= n, before + FRAMES, { timeout: PATIENCE_MS }).catch(() => {});
const elapsed_s = (Date.now() - began) / 1000;
const done = new Promise((resolve) => tracing.once('Tracing.tracingComplete', resolve));
await tracing.send('Tracing.end');
await done;

const named = (/** @type {any} */ e) => e.ph === 'M' && e.name === 'thread_name' && e.args.name === 'CrRendererMain';
const mains = new Set(events.filter(named).map((e) => `${e.pid}:${e.tid}`));
const complete = events.filter((e) => e.ph === 'X' && mains.has(`${e.pid}:${e.tid}`));
// the page's own frames; those in which nothing was drawn are not counted
const callbacks = complete.filter((e) => e.name === 'FireAnimationFrame');
const thread = callbacks.length ? `${callbacks[0].pid}:${callbacks[0].tid}` : '';
const mine = complete.filter((e) => `${e.pid}:${e.tid}` === thread);
// a task is in the trace under two names, one within the other
const task = mine.some((e) => e.name === 'RunTask') ? 'RunTask' : 'ThreadControllerImpl::RunTask';
const tasks = mine.filter((e) => e.name === task);
const cpu_ms = (/** @type {any[]} */ list) => list.map((e) => (e.tdur ?? 0) / 1000);
// what turns the globe here is a callback of its own beside the page's
const DRAWN_MS = 0.15;
const frames = tasks.filter((one) =>
  callbacks.some((call) => call.ts >= one.ts && call.ts + call.dur <= one.ts + one.dur && (call.tdur ?? 0) / 1000 > DRAWN_MS));
const measured = await page.evaluate(() => ({
  ...window.skyweave.cost(),
  satellites: window.skyweave.world().satellites.length,
  cells: window.skyweave.world().cells.length,
  lasers: window.skyweave.slot().laserA.length,
  slot_bytes: window.skyweave.slot().bytes,
}));
const total_ms = cpu_ms(tasks).reduce((sum, ms) => sum + ms, 0);
console.log(
  JSON.stringify(
    {
      rendering: 'software (SwiftShader)',
      browser: await page.context().browser()?.version(),
      elapsed_s: Number(elapsed_s.toFixed(1)),
      frame_cpu_ms: shares(cpu_ms(frames)),
      frame_wall_ms: shares(frames.map((e) => e.dur / 1000)),
      callback_cpu_ms: shares(cpu_ms(callbacks).filter((ms) => ms > DRAWN_MS)),
      main_thread_busy_share: Number((total_ms / 1000 / elapsed_s).toFixed(4)),
      frames_drawn: measured.frames - before,
      draw_calls: measured.draw_calls,
      satellites: measured.satellites,
      cells: measured.cells,
      lasers: measured.lasers,
      slot_bytes: measured.slot_bytes,
      world_bytes: await page.evaluate(async () => (await (await fetch('/api/v1/live/world')).arrayBuffer()).byteLength),
    },
    null,
    2,
  ),
);
await close();
await service.end();
