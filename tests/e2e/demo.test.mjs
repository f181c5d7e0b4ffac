// The demo, as somebody sees it who has just built the program.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { bin, exportRows, ok, scratch, until } from './lib.mjs';
import { chromium, launchBrowser } from './web_server.mjs';

test('demo --exit ends with a summary: one alert, for the real wave', (t) => {
  const dir = scratch(t);
  const text = ok(['demo', '--exit']).stdout;
  assert.match(text, /events\s+\d+/);
  assert.match(text, /alerts\s+1\n/);
  assert.match(text, /events\/s/);
  const summary = JSON.parse(ok(['demo', '--json', '--data-dir', join(dir, 'data')]).stdout);
  assert.equal(summary.alerts, 1);
  assert.equal(summary.dead_letters, 0);
  assert.equal(summary.signals, summary.prices + summary.posts);
  const [alert] = exportRows(join(dir, 'data'), 'alerts');
  assert.equal(alert.ticker, 'dogecoin');
  assert.ok(alert.hype_momentum > 100 && alert.delta_price < 0.02);
});

test('on a terminal the page shows the alert within a minute, and Ctrl-C ends it', {
  skip: chromium ? false : 'no Chromium',
}, async (t) => {
  const own = mkdtempSync(join(tmpdir(), 'ghostmarket-e2e-'));
  t.after(() => rmSync(own, { recursive: true, force: true }));
  const begun = Date.now();
  // exec: a shell in between would end with a status of its own for the Ctrl-C.
  const terminal = spawn('script', ['-qefc', `exec ${bin} demo`, '/dev/null'], {
    env: { ...process.env, TMPDIR: own },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = once(terminal, 'exit');
  t.after(() => terminal.exitCode ?? terminal.kill('SIGKILL'));
  let text = '';
  terminal.stdout.setEncoding('utf8').on('data', (part) => (text += part));
  const [url] = await until(() => /http:\/\/127\.0\.0\.1:\d+\//.exec(text), 'the page\'s address');
  const browser = await launchBrowser();
  t.after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(url);
  await page.locator('#banner', { hasText: 'dogecoin' }).waitFor({ timeout: 60_000 });
  assert.ok(Date.now() - begun < 60_000, 'within a minute');
  await until(() => /stays up until Ctrl-C/.test(text), 'the end of the replay', 60_000);
  assert.equal((await page.goto(url)).status(), 200, 'the page stays up');
  terminal.stdin.write('\x03');
  const [status] = await ended;
  assert.equal(status, 0);
  assert.match(text, /alerts\s+1/);
  assert.deepEqual(readdirSync(own), [], 'the demo leaves nothing behind');
});
