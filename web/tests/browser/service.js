// The service that the page is tested on, with the log of a demonstration, and the browser: Debian's Chromium, drawing in software.
//
// SKYWEAVE_LINK is a sign-in link of a running service. Without it the program is started: SKYWEAVE_PROGRAM, or that of the debug profile.
// SKYWEAVE_PAGE has it serve the page from a folder, for whoever works on it.

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PATIENCE_MS = 120_000;

/** Starts the program, and gives the link that it prints and what ends it. */
async function startProgram() {
  const program = process.env.SKYWEAVE_PROGRAM ?? join(ROOT, 'target/debug/skyweave');
  if (!existsSync(program)) throw new Error(`${program} is not there; build it (cargo build), or name one in SKYWEAVE_PROGRAM`);
  const folder = mkdtempSync(join(tmpdir(), 'skyweave-page-'));
  const log = join(folder, 'demo');
  execFileSync(program, ['log', 'init', log, '--demonstration']);
  const page = process.env.SKYWEAVE_PAGE ? ` --page ${process.env.SKYWEAVE_PAGE}` : '';
  const words = (process.env.SKYWEAVE_UP ?? `up --listen 127.0.0.1:0 --log ${log}${page}`).split(' ');
  const child = spawn(program, words, { cwd: ROOT, env: { ...process.env, XDG_DATA_HOME: folder }, stdio: ['ignore', 'pipe', 'pipe'] });
  const end = () => {
    child.kill('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  };
  let said = '';
  const link = await new Promise((found, failed) => {
    const hear = (chunk) => {
      said += chunk;
      const match = /http:\/\/\S+\/sign-in\?code=[\w-]+/.exec(said);
      if (match) found(match[0]);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('exit', (code) => failed(new Error(`${program} ${words.join(' ')} ended with ${code}:\n${said}`)));
    setTimeout(() => failed(new Error(`no link within ${PATIENCE_MS / 1000} s:\n${said}`)), PATIENCE_MS).unref();
  });
  const environment = Object.fromEntries([...said.matchAll(/(SKYWEAVE_CLIENT_\w+)=(\S+)/g)].map(([, name, value]) => [name, value]));
  /** Runs the program as the administrator, and gives what it prints. @param {string[]} words */
  const run = (...words) => execFileSync(program, words, { env: { ...process.env, ...environment, SKYWEAVE_URL: new URL(link).origin }, encoding: 'utf8' });
  return { link, end, run, people: join(log, 'people') };
}

/** A service with a browser that is signed in. */
export async function begin() {
  const given = process.env.SKYWEAVE_LINK;
  const service = given ? { link: given, end: () => {}, run: null, people: '' } : await startProgram();
  const args = ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args });
  let state;
  return {
    /** A page at a view, with what went wrong in it. Half of the pixels each way: drawing in software is slow. */
    async open(view, { width = 1280, height = 720, theme = 'dark', locale = 'en-GB', scale = 0.5 } = {}) {
      const context = await browser.newContext({
        viewport: { width, height }, colorScheme: theme, locale, storageState: state, hasTouch: width < 600, isMobile: width < 600, deviceScaleFactor: scale, reducedMotion: 'reduce',
      });
      const page = await context.newPage();
      page.setDefaultTimeout(60_000);
      const troubles = [];
      page.on('pageerror', (error) => troubles.push(String(error)));
      page.on('console', (message) => message.type() === 'error' && !/status of 404/.test(message.text()) && troubles.push(message.text()));
      page.on('request', (request) => {
        const { protocol, host } = new URL(request.url());
        if (!['data:', 'blob:'].includes(protocol) && host !== new URL(service.link).host) troubles.push(`asked elsewhere: ${request.url()}`);
      });
      if (!state) {
        await page.goto(service.link);
        state = await context.storageState();
      }
      await page.goto(`${new URL(service.link).origin}/#/${view}`);
      return { page, troubles, close: () => context.close() };
    },
    /** The program's command line, as the administrator; none for a service that was given. */
    run: service.run,
    /** The folder with the keys of those who decide. */
    people: service.people,
    async end() {
      await browser.close();
      service.end();
    },
  };
}
