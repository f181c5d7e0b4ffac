// Keys and passwords: read from .env and the environment, shown nowhere.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { startHub } from './hub.mjs';
import { gm, ok, scratch, start, until } from './lib.mjs';

const secret = 'hf_canary3141592653';

function environment(more) {
  const env = { ...process.env, ...more };
  delete env.HF_TOKEN;
  return env;
}

// A folder to run in, with a .env of that text.
function folder(t, text, mode = 0o600) {
  const dir = scratch(t);
  writeFileSync(join(dir, '.env'), text);
  chmodSync(join(dir, '.env'), mode);
  return dir;
}

test('a token in .env is used where it is due, and stays there', async (t) => {
  const hub = await startHub(t, { token: secret });
  const dir = folder(t, `HF_TOKEN='${secret}' # the team's\nGHOSTMARKET_LOG_LEVEL=debug\n`);
  const child = start(t, ['model', 'pull'],
    { cwd: dir, env: environment({ HF_ENDPOINT: hub.endpoint }) });
  assert.equal((await child.ended).status, 0, child.log);
  assert.ok(hub.requests.some((r) => r.token === `Bearer ${secret}`));
  assert.ok(!(child.out + child.log).includes(secret));
  assert.ok(existsSync(join(dir, 'data/models/ProsusAI--finbert/model.safetensors')));
});

test('no command shows a secret', async (t) => {
  const dir = folder(t, `HF_TOKEN=${secret}\nGHOSTMARKET_INGEST_TOKEN=${secret}\n`);
  const options = { cwd: dir, env: environment({ GHOSTMARKET_LOG_LEVEL: 'debug' }) };
  for (const name of ['hub_token', 'token'])
    assert.match(ok(['config'], options).stdout, RegExp(`^ {2}# ${name} is set, and hidden$`, 'm'));
  for (const args of [['config'], ['doctor'], ['doctor', '--json'], ['topics', 'describe'],
    ['export'], ['version']]) {
    const { stdout, stderr } = gm(args, options);
    assert.ok(!(stdout + stderr).includes(secret), args.join(' '));
  }
  const child = start(t, ['run'],
    { ...options, env: { ...options.env, GHOSTMARKET_WEB_PORT: '0' } });
  const base = (await until(() => /http:\/\/127\.0\.0\.1:\d+/.exec(child.log), 'the page'))[0];
  for (const path of ['/', '/metrics', '/api/health', '/api/version'])
    assert.ok(!(await (await fetch(base + path)).text()).includes(secret), path);
  for (const file of ['environ', 'cmdline'])
    assert.ok(!readFileSync(`/proc/${child.pid}/${file}`, 'latin1').includes(secret), file);
  child.kill('SIGTERM');
  assert.equal((await child.ended).status, 0, child.log);
  assert.ok(!(child.out + child.log).includes(secret));
});

test('what is wrong in .env is named by line, and shown by no message', (t) => {
  for (const [text, message] of [
    [`A=1\nHF_TOKEN="${secret}\n`, /^ghostmarket: \.env:2: HF_TOKEN: the quote \("\) is not closed/],
    [`HF_TOKEN="${secret}\\n"\n`, /^ghostmarket: \.env:1: HF_TOKEN: a secret has no control char/],
    [`HF_TOKEN=${secret}\nHF_TOKEN=${secret}\n`, /^ghostmarket: \.env:2: HF_TOKEN stands twice/],
    [`${secret}\n`, /^ghostmarket: \.env:1: NAME=value must stand here/],
    [`GHOSTMARKET_VIBE_HUB_TOCKEN=${secret}\n`, /did you mean "GHOSTMARKET_VIBE_HUB_TOKEN"\?/],
  ]) {
    const { status, stdout, stderr } = gm(['doctor'],
      { cwd: folder(t, text), env: environment({}) });
    assert.equal(status, 2);
    assert.match(stderr, message);
    assert.ok(!(stdout + stderr).includes(secret));
  }
});

test('a .env that others may read earns a warning with what to do', (t) => {
  const dir = folder(t, 'HF_TOKEN=x\n', 0o644);
  const options = { cwd: dir, env: environment({}) };
  const open = gm(['doctor'], options);
  assert.match(open.stderr, /warn .*\.env can be read or changed by other users: chmod 600 \.env/);
  assert.match(open.stdout, /note .*\.env can be read .*: chmod 600 \.env/);
  assert.equal(gm(['doctor', '--env-file', join(dir, 'none')], options).status, 2);
  chmodSync(join(dir, '.env'), 0o600);
  const closed = gm(['doctor'], options);
  assert.ok(!closed.stderr.includes('.env'), closed.stderr);
});
