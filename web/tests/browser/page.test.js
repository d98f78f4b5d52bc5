import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { begin } from './service.js';

/** @type {Awaited<ReturnType<typeof begin>>} */
let service;
before(async () => {
  service = await begin();
});
after(() => service?.end());

/**
 * One flow, in a page of its own that is closed whatever happens; nothing may go wrong in it unseen.
 * @param {string} name
 * @param {string} view
 * @param {object} how
 * @param {(page: import('playwright-core').Page) => Promise<void>} body
 */
function flow(name, view, how, body) {
  test(name, async () => {
    const { page, troubles, close } = await service.open(view, how);
    try {
      await body(page);
      assert.deepEqual(troubles, []);
    } catch (error) {
      if (troubles.length) error.message += `\nin the page: ${troubles.join('\n')}`;
      throw error;
    } finally {
      await close();
    }
  });
}

const ready = (page) => page.waitForSelector('.figures .figure');
const call = (page, path, body) =>
  page.evaluate(
    async ([to, what]) => {
      const answer = await fetch(`/api/v1/${to}`, what ? { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(what) } : {});
      return answer.json();
    },
    [path, body],
  );

/** Names that a screen reader needs, and ids that stand once. */
async function accessible(page) {
  return page.evaluate(() => {
    const shown = (e) => e.checkVisibility({ visibilityProperty: true });
    const named = (e) => e.getAttribute('aria-label') || e.getAttribute('aria-labelledby') || e.textContent.trim() || e.title || e.labels?.[0]?.textContent.trim();
    const nameless = [...document.querySelectorAll('button, a[href], input, select, textarea, [role=img], canvas, dialog[open]')].filter((e) => shown(e) && !named(e));
    const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
    const twice = ids.filter((id, i) => ids.indexOf(id) !== i);
    return [...nameless.map((e) => e.outerHTML.slice(0, 120)), ...twice.map((id) => `id ${id} twice`), ...(document.querySelectorAll('h1').length > 1 ? ['two h1'] : [])];
  });
}

/** Whether something is cut off at the right. */
const overflows = (page) => page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1);

flow('the globe shows the network, one draw call a layer', 'globe', {}, async (page) => {
  await ready(page);
  await page.waitForFunction(() => window.skyweave.cost().frames > 3);
  const cost = await page.evaluate(() => window.skyweave.cost());
  assert.ok(cost.draw_calls >= 6 && cost.draw_calls <= 8, `${cost.draw_calls} draw calls`);
  assert.deepEqual(await accessible(page), []);
});

flow('a listed terminal is found by name; its way and the parts of its round trip are shown', 'globe', {}, async (page) => {
  await ready(page);
  // no slot begins while this is looked at
  await page.click('.time button[aria-label="Pause"]');
  const world = await call(page, 'live/world');
  const name = world.terminals[0].name;
  await page.keyboard.press('/');
  await page.keyboard.type(name);
  await page.waitForSelector('#found [role=option]');
  await page.keyboard.press('Enter');
  await page.waitForSelector(`.side h1:text-is("${name}")`);
  const now = await page.evaluate(() => window.skyweave.slot().terminals[0]);
  if (now.served) {
    const shown = (await page.locator('.side .shares dd').allTextContents()).map(parseFloat);
    const whole = parseFloat(await page.locator('.side .big').textContent());
    assert.equal(shown.length, 5);
    assert.ok(Math.abs(shown.reduce((a, b) => a + b) - whole) < 0.35, `${shown} of ${whole}`);
    const satellite = world.satellites[now.hops[0]].name;
    await page.locator('.way button', { hasText: satellite }).first().click();
    await page.waitForSelector(`.side h1:text-is("${satellite}")`);
  }
  await page.keyboard.press('Escape');
  await page.waitForSelector('.figures');
});

flow('a click on the globe says what is there', 'globe', {}, async (page) => {
  await ready(page);
  const at = await page.evaluate(() => {
    const { globe } = window.skyweave;
    const spot = globe.spotOf({ kind: 'pop', index: 0 });
    globe.eye.flyTo(window.skyweave.world().pops[0].lat_deg, window.skyweave.world().pops[0].lon_deg, 1.6);
    return spot;
  });
  assert.equal(at.length, 3);
  await page.waitForTimeout(1500);
  const point = await page.evaluate(() => {
    const { globe } = window.skyweave;
    const [x, y, z] = globe.spotOf({ kind: 'pop', index: 0 });
    const p = globe.eye.camera.position.clone().set(x, y, z).project(globe.eye.camera);
    const box = globe.canvas.getBoundingClientRect();
    return { x: box.left + ((p.x + 1) / 2) * box.width, y: box.top + ((1 - p.y) / 2) * box.height };
  });
  await page.mouse.click(point.x, point.y);
  await page.waitForSelector('.side .head h1');
});

flow('time: paused, a slot back, and live again, by keys', 'globe', {}, async (page) => {
  await ready(page);
  await page.waitForFunction(() => window.skyweave.span().last > window.skyweave.span().first, null, { timeout: 90_000 });
  const before = await page.evaluate(() => window.skyweave.slot().number);
  await page.keyboard.press(',');
  await page.waitForFunction((n) => window.skyweave.slot().number < n, before);
  assert.equal(await page.locator('.live').getAttribute('aria-pressed'), 'false');
  await page.keyboard.press('l');
  await page.waitForFunction((n) => window.skyweave.slot().number >= n, before);
  assert.equal(await page.locator('.live').getAttribute('aria-pressed'), 'true');
});

flow('time to come is planned when somebody goes there, and is called so', 'globe', {}, async (page) => {
  await ready(page);
  await page.waitForFunction(() => window.skyweave.span()?.furthest);
  const before = await page.evaluate(() => window.skyweave.slot().number);
  await page.evaluate(() => {
    const slider = document.querySelector('.track input');
    slider.value = String(window.skyweave.span().last + 100);
    slider.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await page.waitForFunction((n) => window.skyweave.slot().number >= n + 90, before, { timeout: 120_000 });
  assert.equal(await page.locator('.slot-no').innerText(), 'planned ahead');
  await page.keyboard.press('l');
  await page.waitForFunction((n) => window.skyweave.slot().number < n + 90, before);
});

flow('a territory is drawn on the globe, an order about it drawn up, signed elsewhere, and in force', 'draw', {}, async (page) => {
  await page.waitForFunction(() => window.skyweave?.slot());
  for (const [lat, lon] of [[49.2, 8.1], [46, 9], [49.1, 11.9]]) {
    await page.evaluate(([to, at]) => window.skyweave.globe.eye.flyTo(to, at, 1.4), [lat, lon]);
    await page.waitForFunction(([to, at]) => Math.abs(window.skyweave.globe.eye.lat - to) < 0.01 && Math.abs(window.skyweave.globe.eye.lon - at) < 0.01, [lat, lon]);
    await page.click('text=Corner in the middle');
  }
  await page.waitForFunction(() => document.querySelectorAll('.corners li').length === 3);
  assert.match(await page.locator('.side .verdict').innerText(), /cells inside are served now/);
  const name = `drawn-${Date.now().toString(36)}`;
  await page.fill('.side .field input', name);
  await page.click('.side button.primary');
  await page.waitForSelector('.draft');
  assert.deepEqual(await accessible(page), []);
  assert.equal(await page.locator('.draft input').first().inputValue(), name);
  const fields = page.locator('.draft input:not([type=number])');
  for (const [i, text] of ['', 'alice', 'an exercise', 'section 1'].entries()) if (text) await fields.nth(i).fill(text);
  await page.locator('.draft input[type=number]').fill('1');
  await page.click('.draft button.primary');
  await page.waitForSelector('.side a.button, .side .note.bad');
  assert.deepEqual(await page.locator('.side .note.bad').allInnerTexts(), []);
  const order = (await call(page, 'orders?limit=100')).results.find((one) => one.what?.includes(name));
  assert.ok(order, 'the order is there');
  if (!service.run) return;
  service.run('order', 'propose', order.id, '--key', `${service.people}/alice.key`, '--yes');
  for (const who of ['bob', 'carol', 'dave']) service.run('order', 'approve', order.id, '--key', `${service.people}/${who}.key`, '--yes');
  await page.click('.side a.button');
  const card = page.locator('.card', { has: page.getByText(name) });
  await card.waitFor();
  for (let tries = 0; tries < 60 && !(await card.getByText('in force', { exact: true }).count()); tries++) {
    await page.waitForTimeout(1000);
    await page.reload();
    await card.waitFor();
  }
  assert.equal(await card.getByText('in force', { exact: true }).count(), 1);
  await card.getByRole('button', { name: 'Preview' }).click();
  await card.locator('.foreseen, .muted').first().waitFor();
});

flow('what if a gateway and an area fail: before and after side by side', 'what-if', {}, async (page) => {
  await page.waitForSelector('.side select option:nth-child(2)', { state: 'attached' });
  await page.locator('.side select').selectOption({ index: 1 });
  await page.click('text=In the middle');
  await page.click('.side button.primary');
  await page.waitForSelector('.compare tbody tr');
  assert.ok((await page.locator('.compare tbody tr').count()) >= 6);
  assert.deepEqual(await accessible(page), []);
});

flow('fleet: search, a bulk command tried and then done, and the page of one terminal', 'fleet', {}, async (page) => {
  const mark = `P${Date.now().toString(36).toUpperCase()}`;
  const organization = (await call(page, 'organizations', { name: `Relief ${mark}` })).id;
  const account = (await call(page, 'accounts', { name: `Ambulances ${mark}`, organization })).id;
  for (const n of [1, 2, 3]) await call(page, 'user-terminals', { hardware_key: `${mark}-${n}`, account });
  await page.fill('.filters input[type=search]', mark);
  await page.waitForFunction(() => document.querySelectorAll('.list tbody tr').length === 3);
  for (const seen of ['never', 'hour', 'day', '']) {
    await page.locator('.filters select').nth(2).selectOption(seen);
    await page.waitForFunction((n) => document.querySelectorAll('.list tbody tr').length === n, ['never', ''].includes(seen) ? 3 : 0);
  }
  assert.equal(await page.locator('.note.bad').count(), 0);
  await page.check('.list thead input');
  await page.selectOption('.bulk select', 'report_stolen');
  await page.fill('.bulk label.wide input', 'taken from the depot');
  await page.click('.bulk button.primary');
  await page.waitForSelector('.preview');
  assert.match(await page.locator('.preview').textContent(), /3/);
  await page.click('.bulk button.primary');
  await page.waitForFunction(() => document.querySelectorAll('.list .state-stolen').length === 3);
  assert.deepEqual(await accessible(page), []);
  await page.click(`a:text-is("${mark}-2")`);
  await page.waitForSelector('.cards .timeline');
  await page.waitForSelector('.card code');
  assert.deepEqual(await accessible(page), []);
});

flow('incidents are listed, acknowledged and closed', 'incidents', {}, async (page) => {
  const mark = `I${Date.now().toString(36).toUpperCase()}`;
  const organization = (await call(page, 'organizations', { name: `Relief ${mark}` })).id;
  const account = (await call(page, 'accounts', { name: `Boats ${mark}`, organization })).id;
  const terminal = (await call(page, 'user-terminals', { hardware_key: `${mark}-1`, account })).id;
  const now = Math.floor(Date.now() / 1000);
  const finding = {
    cause: 'roaming', since_s: now - 90000, until_s: now - 60, looks: 14, evidence: 'claimed_gnss', outside_65536: 65000, latitude_e7: 453000000, longitude_e7: 340000000, error_m: 300,
  };
  const incident = await call(page, 'incidents', { terminal, finding });
  assert.ok(incident.id, JSON.stringify(incident));
  await page.reload();
  const card = page.locator('.card', { has: page.locator(`a[href*="${terminal}"]`) });
  await card.getByRole('button', { name: 'Acknowledge' }).click();
  await card.locator('form button.primary').click();
  await card.getByText('acknowledged', { exact: true }).waitFor();
  await card.getByRole('button', { name: 'Close' }).click();
  await card.locator('form button.primary').click();
  await card.getByText('closed', { exact: true }).waitFor();
});

flow('the log is verified by the browser, or it says that there is none', 'log', {}, async (page) => {
  await page.waitForSelector('.verdict-card, .empty');
  if (await page.locator('.verdict-card').count()) {
    assert.equal(await page.locator('.verdict-card.good').count(), 1, await page.locator('.checks').innerText());
    assert.ok((await page.locator('.log .entry').count()) > 0);
  }
  assert.deepEqual(await accessible(page), []);
});

flow('Italian, dark and light, by keys; the help says what a frame costs', 'globe', { locale: 'it-IT', theme: 'light' }, async (page) => {
  await ready(page);
  assert.equal(await page.locator('html').getAttribute('lang'), 'it');
  assert.equal(await page.locator('.views a').nth(1).innerText(), 'Flotta');
  assert.equal(await page.locator('html').getAttribute('data-theme'), 'light');
  await page.keyboard.press('t');
  assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark');
  await page.keyboard.press('?');
  await page.waitForSelector('dialog[open]');
  assert.deepEqual(await accessible(page), []);
  await page.keyboard.press('Escape');
  await page.keyboard.press('2');
  await page.waitForSelector('h1:text-is("Flotta")');
});

for (const view of ['globe', 'fleet', 'incidents', 'what-if', 'log']) {
  flow(`a phone shows ${view} without cutting anything off`, view, { width: 390, height: 844 }, async (page) => {
    await page.waitForSelector('h1');
    assert.equal(await overflows(page), false);
  });
}
