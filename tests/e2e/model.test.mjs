// A model in use: score, run and demo with one installed, its pack, and what is said of a broken one.
// The model is a small one with random weights: what it says of a text means nothing, but is its own.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, truncateSync,
  writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { bin, exportRows, exportText, gm, makeRecording, ok, pageOf, random, replay, root, scratch,
  start, until } from './lib.mjs';

const golden = join(root, 'tests/data/models/plain');
const anyPort = { ...process.env, GHOSTMARKET_WEB_PORT: '0' };

// Puts the model where `ghostmarket model pull` would; gives its folder.
function install(dataDir) {
  const dir = join(dataDir, 'models', 'ProsusAI--finbert');
  mkdirSync(dir, { recursive: true });
  for (const name of ['config.json', 'vocab.txt', 'model.safetensors'])
    cpSync(join(golden, name), join(dir, name));
  return dir;
}

// The niceness of a process's threads by their names.
function niceness(pid) {
  return readdirSync(`/proc/${pid}/task`).map((task) => {
    const stat = readFileSync(`/proc/${pid}/task/${task}/stat`, 'utf8');
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    return [name, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16])];
  });
}

const packsIn = (dir) => readdirSync(dir).filter((name) => name.includes('pack'));

test('score uses the installed model, or the one that is named', (t) => {
  const data = join(scratch(t), 'data');
  const dir = install(data);
  const input = 'Buy the stock now!\nto the moon\n\nBUY the stock now!\n';
  const answers = (args) => ok(['score', ...args], { input }).stdout.trim().split('\n')
    .map((line) => JSON.parse(line));
  const own = answers(['--data-dir', data]);
  assert.equal(own.length, 4);
  assert.equal(own[0].label, 'negative', 'the word list would not say so');
  assert.ok(Math.abs(own[0].score - 0.755) < 0.1);
  assert.deepEqual(own[2], { label: 'neutral', score: 1, vibe: 0 });
  assert.deepEqual(own[3], own[0]);
  assert.deepEqual(answers(['--model', dir]), own);
  assert.notDeepEqual(answers(['--data-dir', data, '--scorer', 'lexicon']), own);
  const lost = gm(['score', '--model', join(data, 'nowhere')], { input });
  assert.equal(lost.status, 2);
  assert.match(lost.stderr, /nowhere/);
});

test('score answers what is there while its input pauses', async (t) => {
  const data = join(scratch(t), 'data');
  install(data);
  for (const scorer of ['finbert', 'lexicon']) {
    const child = spawn(bin, ['score', '--scorer', scorer, '--data-dir', data],
      { stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    t.after(() => child.kill('SIGKILL'));
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
    const answers = (count) => until(() => out.split('\n').length === count + 1, `${count} answers`);
    child.stdin.write('buy\nsell\nhal');
    await answers(2);
    child.stdin.write('f a line\n');
    await answers(3);
    child.stdin.end('the last');
    await answers(4);
    assert.deepEqual(await ended, [0, null]);
  }
});

test('run uses the installed model and names it everywhere', async (t) => {
  const dir = scratch(t);
  const data = join(dir, 'data');
  install(data);
  const recording = makeRecording(dir, 3_000, 71);
  const running = start(t, ['run', '--data-dir', data],
    { env: { ...anyPort, GHOSTMARKET_VIBE_THREADS: '2' } });
  const page = await pageOf(running);
  ok(replay(recording, data));
  const rows = exportRows(data);
  assert.equal(rows.length, 3_000);
  for (const row of rows.filter((r) => r.kind === 'social')) assert.equal(row.scorer, 'finbert-int8');
  const health = await (await fetch(`${page}/api/health`)).json();
  assert.equal(health.scorer, 'finbert-int8');
  assert.match(health.scorer_note, /^int8, [a-z0-9-]+, \d+ threads?$/);
  assert.equal(health.posts_waiting, 0);
  const metrics = await (await fetch(`${page}/metrics`)).text();
  const figure = (name) => Number(new RegExp(`^ghostmarket_${name} (\\d+)$`, 'm').exec(metrics)[1]);
  assert.equal(figure('scored_texts_total'), recording.socialCount);
  assert.ok(figure('scored_tokens_total') > 2 * figure('score_cache_misses_total'));
  assert.equal(figure('score_cache_hits_total') + figure('score_cache_misses_total'),
    recording.socialCount);
  assert.ok(figure('score_batch_texts_count') > 0);
  assert.match(running.log, /scorer finbert-int8: int8/);
  // What works for the model steps back behind the rest.
  const nice = niceness(running.pid), ours = getPriority();
  for (const [name, value] of nice)
    if (name.startsWith('gm-')) assert.equal(value, ours + (name === 'gm-process' ? 5 : 0), name);
  assert.equal(nice.filter(([, value]) => value === ours + 5).length, 2, 'two threads of the model');
  running.kill('SIGTERM');
  assert.equal((await running.ended).status, 0);
  const findings = JSON.parse(ok(['doctor', '--json', '--data-dir', data], { env: anyPort }).stdout);
  const model = findings.find((f) => f.check === 'model');
  assert.equal(model.verdict, 'ok');
  assert.match(model.message, /finbert-int8.*int8.*ProsusAI--finbert/);
  assert.ok(findings.some((f) => f.check === 'memory'));
});

test('the rows are the same wherever scoring is cut and whatever is remembered', (t) => {
  const dir = scratch(t);
  const recording = makeRecording(dir, 2_000, 72);
  const texts = [
    {},
    { GHOSTMARKET_PROCESS_SCORE_BUDGET: '1ms', GHOSTMARKET_VIBE_CACHE_ENTRIES: '0' },
    { GHOSTMARKET_PROCESS_BATCH_MAX: '7', GHOSTMARKET_VIBE_CACHE_ENTRIES: '3' },
    { GHOSTMARKET_VIBE_THREADS: '1' },
  ].map((env, i) => {
    const data = join(dir, `data${i}`);
    install(data);
    ok(replay(recording, data), { env: { ...process.env, ...env } });
    return exportText(data);
  });
  for (const text of texts) assert.ok(text === texts[0]);
});

test('demo scores with the model of the user', (t) => {
  const dir = scratch(t);
  const data = join(dir, 'data');
  install(data);
  const summary = JSON.parse(ok(['demo', '--json', '--data-dir', data]).stdout);
  assert.equal(summary.signals, summary.prices + summary.posts);
  const social = exportRows(data).filter((row) => row.kind === 'social');
  assert.ok(social.length > 1000 && social.every((row) => row.scorer === 'finbert-int8'));
  // In a folder of its own, it finds the model in the user's.
  const text = ok(['demo', '--exit'], { cwd: dir }).stdout;
  assert.match(text, /scorer\s+finbert-int8: int8/);
});

test('the pack is made once, by one of those who want it, and survives kill -9', async (t) => {
  const data = join(scratch(t), 'data');
  const dir = install(data);
  const args = ['score', '--data-dir', data];
  const many = Array.from({ length: 6 }, () => start(t, args));
  for (const child of many) assert.deepEqual(await child.ended, { status: 0, signal: null });
  assert.equal(packsIn(dir).length, 1);
  assert.equal(many.filter((child) => /packing/.test(child.log)).length, 1);
  assert.doesNotMatch(ok(args, { input: '' }).stderr, /packing/);

  const next = random(73);
  for (let i = 0; i < 40; i++) {
    for (const name of packsIn(dir)) if (name.endsWith('.pack')) rmSync(join(dir, name));
    const child = spawn(bin, args, { stdio: 'ignore' });
    const ended = once(child, 'exit');
    setTimeout(() => child.kill('SIGKILL'), next() * 30);
    await ended;
    assert.equal(ok(args, { input: 'buy\n' }).stdout.trim().split('\n').length, 1);
    assert.equal(packsIn(dir).length, 1, 'nothing else is left');
  }
});

test('a broken model is an error that says what to do, and no other scorer', (t) => {
  const data = join(scratch(t), 'data');
  const dir = install(data);
  const weights = join(dir, 'model.safetensors');
  truncateSync(weights, Math.floor(statSync(weights).size / 2));
  const expect = (status, pattern) => {
    for (const args of [['score'], ['process']]) {
      const result = gm([...args, '--data-dir', data], { input: '' });
      assert.equal(result.status, status, result.stderr);
      assert.match(result.stderr, pattern);
    }
    const doctor = gm(['doctor', '--data-dir', data], { env: anyPort });
    assert.equal(doctor.status, 1);
    assert.match(doctor.stdout, /problem\s+model/);
  };
  expect(1, /model\.safetensors/);
  rmSync(weights);
  expect(2, /model\.safetensors or pytorch_model\.bin is missing/);
  install(data);
  writeFileSync(join(dir, 'config.json'), '{"model_type": "gpt2"}');
  expect(1, /config\.json/);
  install(data);
  ok(['score', '--data-dir', data], { input: 'buy\n' });
  assert.ok(existsSync(join(dir, packsIn(dir)[0])));
});
