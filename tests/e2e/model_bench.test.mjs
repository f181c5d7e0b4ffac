// `model bench`: figures of the installed model that fit together.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { modelFiles } from './hub.mjs';
import { gm, ok, scratch } from './lib.mjs';

function install(dir) {
  const folder = join(dir, 'models', 'ProsusAI--finbert');
  mkdirSync(folder, { recursive: true });
  for (const [name, data] of Object.entries(modelFiles('plain')))
    writeFileSync(join(folder, name), data);
  return folder;
}

const none = { env: { ...process.env, HF_HUB_CACHE: '/nonexistent' } };

test('figures of the installed model', (t) => {
  const dir = scratch(t);
  const folder = install(dir);
  const bench = (...args) =>
    JSON.parse(ok(['model', 'bench', '--data-dir', dir, '--seconds', '0.2', '--json', ...args]).stdout);
  const figures = bench();
  assert.equal(figures.scorer, 'finbert-int8');
  assert.equal(figures.folder, folder);
  assert.equal(figures.texts, 48);
  assert.ok(figures.passes >= 3);
  assert.ok(figures.tokens > 48 * 10 && figures.tokens < 48 * 64, 'all texts, none from memory');
  assert.ok(figures.one_tokens >= 3 && figures.one_tokens < figures.tokens / 10);
  const share = figures.tokens / figures.texts;
  assert.ok(Math.abs(figures.tokens_per_s / figures.texts_per_s - share) < 1e-6 * share);
  assert.ok(figures.one_seconds > 0 && figures.one_seconds_p99 >= figures.one_seconds);
  assert.ok(figures.peak_bytes > figures.model_bytes && figures.model_bytes > 0);
  const f32 = bench('--precision', 'f32', '--threads', '1', '--model', folder);
  assert.equal(f32.precision, 'f32');
  assert.equal(f32.threads, 1);
  assert.equal(f32.tokens, figures.tokens);
  const text = ok(['model', 'bench', '--data-dir', dir, '--seconds', '0.1']).stdout;
  assert.match(text, /^finbert-int8: \S+ kernels.*\n.*\n {2}together .* texts\/s[^]*one alone .* ms/);
});

test('without a model, or with a wrong one, says so', (t) => {
  const dir = scratch(t);
  const nothing = gm(['model', 'bench', '--data-dir', dir], none);
  assert.equal(nothing.status, 1);
  assert.match(nothing.stderr, /ghostmarket model pull/);
  const lost = gm(['model', 'bench', '--model', join(dir, 'lost')], none);
  assert.equal(lost.status, 2);
  assert.match(lost.stderr, /lost/);
  install(dir);
  const wrong = gm(['model', 'bench', '--data-dir', dir, '--precision', 'f64'], none);
  assert.equal(wrong.status, 2);
  assert.match(wrong.stderr, /f64/);
});
