import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import en from '../../words/en.js';
import it from '../../words/it.js';

const web = new URL('../../', import.meta.url);
const files = readdirSync(web, { recursive: true }).map((name) => name.replaceAll('\\', '/')).filter((name) => !name.startsWith('node_modules') && /\.(m?js|css|html)$/.test(name));
const own = files.filter((name) => !name.startsWith('vendor/'));
const text = (name) => readFileSync(new URL(name, web), 'utf8');

test('everything is said in both languages, with the same gaps', () => {
  assert.deepEqual(Object.keys(it), Object.keys(en));
  for (const key of Object.keys(en)) {
    const gaps = (words) => (words.match(/\{\w+\}/g) ?? []).sort().join();
    assert.equal(gaps(it[key]), gaps(en[key]), key);
    assert.ok(it[key].trim() && en[key].trim(), key);
  }
});

test('every text that the page asks for exists, and every text is asked for', () => {
  const source = own.filter((name) => name.startsWith('app/')).map(text).join('\n');
  const asked = [...source.matchAll(/\bt\(\s*'([^']+)'/g)].map(([, key]) => key);
  for (const key of asked) assert.ok(key in en, `t('${key}')`);
  const families = [...source.matchAll(/`([\w.-]+\.)\$\{/g)].map(([, family]) => family);
  const alone = new Set([...source.matchAll(/'([\w.-]+)'/g)].map(([, key]) => key));
  const unused = Object.keys(en).filter((key) => !alone.has(key) && !families.some((family) => key.startsWith(family)));
  assert.deepEqual(unused, []);
});

test('nothing is loaded from elsewhere, and nothing needs an inline script or style', () => {
  for (const name of own.filter((file) => !file.startsWith('tests/'))) {
    const urls = text(name).match(/https?:\/\/[^\s'"`)]+/g) ?? [];
    assert.deepEqual(urls.filter((url) => !url.startsWith('http://www.w3.org/')), [], name);
  }
  const page = text('index.html');
  assert.ok(!/<script(?![^>]*\bsrc=)/.test(page) && !/<style|\sstyle=/.test(page));
  for (const name of own.filter((file) => file.startsWith('app/'))) assert.ok(!/style="|<style/.test(text(name)), name);
});

test('modules hold one idea each', () => {
  for (const name of own) assert.ok(text(name).split('\n').length <= 600, name);
});

test('what is vendored is what its table says', () => {
  const table = text('vendor/README.md');
  const rows = [...table.matchAll(/\| `([^`]+)` \|.*\| `([0-9a-f]{64})` \|/g)];
  const listed = rows.map(([, name]) => name).sort();
  const there = readdirSync(new URL('vendor/', web), { recursive: true }).map((name) => name.replaceAll('\\', '/')).filter((name) => /\.(m?js|json)$/.test(name)).sort();
  assert.deepEqual(listed, there);
  for (const [, name, expected] of rows) {
    assert.equal(createHash('sha256').update(readFileSync(new URL(`vendor/${name}`, web))).digest('hex'), expected, name);
  }
});
