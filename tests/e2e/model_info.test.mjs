// `model info`: what is installed, whole, in part, broken, or in the Hugging Face cache.
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { commit, modelFiles } from './hub.mjs';
import { gm, ok, scratch } from './lib.mjs';

const other = '0123456789abcdef0123456789abcdef01234567';

function write(dir, files) {
  mkdirSync(dir, { recursive: true });
  for (const [name, data] of Object.entries(files)) writeFileSync(join(dir, name), data);
}

function info(dir, args = [], env = {}) {
  const own = { ...process.env, HF_HUB_CACHE: join(dir, 'cache'), ...env };
  return JSON.parse(ok(['model', 'info', '--json', '--data-dir', dir, ...args], { env: own }).stdout);
}

test('nothing installed: says how to get a model, and which kernels there are', (t) => {
  const dir = scratch(t);
  const env = { ...process.env, HF_HUB_CACHE: join(dir, 'cache') };
  const text = ok(['model', 'info', '--data-dir', join(dir, 'none')], { env }).stdout;
  assert.match(text, /No model is installed.*ghostmarket model pull/s);
  assert.match(text, /^ {2}plain +(there|used)$/m);
  assert.equal(text.match(/ used$/gm).length, 1);
  const all = info(dir);
  assert.deepEqual(all.models, []);
  assert.ok(all.kernels.includes('plain') && all.kernels.includes(all.kernels_used));
  const named = gm(['model', 'info', 'a/b', '--data-dir', dir], { env });
  assert.equal(named.status, 1);
  assert.match(named.stderr, /a\/b is not installed.*ghostmarket model pull a\/b/);
  assert.equal(gm(['model', 'info', '../a', '--data-dir', dir], { env }).status, 2);
});

test('models below the data directory: whole, in part, broken, packed', (t) => {
  const dir = scratch(t);
  const models = join(dir, 'models');
  const files = modelFiles('plain');
  const bytes = Object.values(files).reduce((sum, data) => sum + data.length, 0);
  write(join(models, 'org--whole'), files);
  const manifest = JSON.stringify({ model: 'org/whole', revision: commit, asked: 'main',
    endpoint: 'x', files: [{ name: 'config.json', bytes: 1, 'git-sha1': other }] });
  writeFileSync(join(models, 'org--whole', 'ghostmarket.json'), manifest);
  writeFileSync(join(models, 'org--whole', 'ghostmarket-int8-avx2-1.pack'), 'packed');
  write(join(models, '.org--half.partial'), { 'config.json': '{}' });
  write(join(models, 'broken'), { 'config.json': '{', 'vocab.txt': 'a', 'model.safetensors': '' });
  write(join(models, 'no--weights'), { 'config.json': files['config.json'], 'vocab.txt': 'a' });
  write(join(models, 'not a name'), {});
  writeFileSync(join(models, 'a-file'), '');
  writeFileSync(join(models, '.org--whole.lock'), '');
  const all = info(dir);
  assert.deepEqual(all.models.map((m) => [m.name, m.place, m.usable, m.revision]), [
    ['org/half', 'partial', false, null], ['broken', 'data', false, null],
    ['no/weights', 'data', false, null], ['org/whole', 'data', true, commit],
  ]);
  const [half, broken, without, whole] = all.models;
  assert.match(half.problem, /in part; `ghostmarket model pull org\/half` goes on/);
  assert.match(broken.problem, /config\.json/);
  assert.match(without.problem, /model\.safetensors or pytorch_model\.bin is missing/);
  assert.equal(whole.folder, join(models, 'org--whole'));
  assert.equal(whole.bytes, bytes + manifest.length + 6);
  assert.deepEqual(whole.packs, [{ kernels: 'int8-avx2-1', bytes: 6 }]);
  assert.deepEqual([...whole.labels].sort(), ['negative', 'neutral', 'positive']);
  assert.equal(whole.network.vocabulary, JSON.parse(files['config.json']).vocab_size);
  assert.deepEqual(info(dir, ['org/whole']).models, [whole]);
  const text = ok(['model', 'info', '--data-dir', dir]).stdout;
  assert.match(text, /^org\/whole$[^]*labels +\w+, \w+, \w+$[^]*packed +int8-avx2-1/m);
});

test('of the Hugging Face cache, what can be used', (t) => {
  const dir = scratch(t);
  const cached = (name, revision, files) => {
    const model = join(dir, 'cache', `models--${name}`);
    write(join(model, 'blobs'), files);
    mkdirSync(join(model, 'snapshots', revision), { recursive: true });
    write(join(model, 'refs'), { main: revision });
    for (const file of Object.keys(files))
      symlinkSync(join('..', '..', 'blobs', file), join(model, 'snapshots', revision, file));
  };
  const files = modelFiles('half');
  cached('org--bert', other, files);
  cached('org--gpt', other, { ...files, 'config.json': '{"model_type":"gpt2"}' });
  mkdirSync(join(dir, 'cache', 'datasets--org--x'));
  const all = info(dir);
  assert.deepEqual(all.models.map((m) => [m.name, m.place, m.revision]),
    [['org/bert', 'cache', other]]);
  assert.equal(all.models[0].bytes, Object.values(files).reduce((sum, d) => sum + d.length, 0));
  // Asked for by name, one that cannot be used says why.
  assert.match(info(dir, ['org/gpt']).models[0].problem, /config\.json/);
  // The same model below the data directory goes first.
  write(join(dir, 'models', 'org--bert'), files);
  assert.equal(info(dir, ['org/bert']).models[0].place, 'data');
});
