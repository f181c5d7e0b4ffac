// The command line: help, version, exit status, score, doctor.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { gm, makeRecording, ok, replay, root, scratch } from './lib.mjs';

const commands = ['run', 'process', 'serve', 'demo', 'replay', 'export', 'score',
  'model pull', 'model info', 'model tokenize', 'model bench',
  'topics create', 'topics describe', 'doctor', 'config', 'version'];

test('help names every command, and each has help with an example', () => {
  const help = ok(['--help']).stdout;
  for (const command of commands) {
    assert.ok(help.includes(command), command);
    assert.match(ok([...command.split(' '), '--help']).stdout, new RegExp(`ghostmarket ${command}`));
  }
});

test('wrong usage is status 2 and says what to do', () => {
  for (const args of [['nosuch'], ['replay', '--sped', '5'], ['export', '--format', 'xml'],
    ['replay', '--speed', '-1'], ['score', '--scorer', 'nosuch']]) {
    const result = gm(args, { input: '' });
    assert.equal(result.status, 2, `${args}: ${result.stderr}`);
    assert.ok(result.stderr.length > 10);
  }
  assert.match(gm(['replay', '--sped', '5']).stderr, /--speed/);
});

test('version names commit, libraries and instruction sets', () => {
  const text = ok(['version']).stdout;
  for (const word of ['ghostmarket', 'commit', 'DuckDB', 'LMDB', 'jansson', 'zlib', 'libcurl'])
    assert.ok(text.includes(word), word);
  const parsed = JSON.parse(ok(['version', '--json']).stdout);
  assert.match(parsed.DuckDB, /^v?\d+\.\d+/);
  assert.equal(typeof parsed.instruction_sets, 'string');
});

test('score answers each line in order, plain or JSON, and a long stream', () => {
  const lines = ok(['score'], { input: 'to the moon 🚀\nthis is a scam\n\nthe table is brown\n' })
    .stdout.trim().split('\n').map((l) => JSON.parse(l));
  assert.deepEqual(lines.map((l) => l.label), ['positive', 'negative', 'neutral', 'neutral']);
  for (const l of lines)
    assert.equal(l.vibe, { positive: l.score, negative: -l.score, neutral: 0 }[l.label]);
  const json = ok(['score', '--json'], { input: '"to the\\nmoon \\ud83d\\ude80"\n' }).stdout;
  assert.equal(JSON.parse(json).label, 'positive');
  const many = ok(['score'], { input: 'bullish\n'.repeat(100_000) }).stdout;
  assert.equal(many.split('\n').length, 100_001);
  const broken = gm(['score', '--json'], { input: '"fine"\nnot json\n' });
  assert.equal(broken.status, 1);
  assert.match(broken.stderr, /stdin:2/);
});

test('model tokenize gives ids, refuses what it cannot read, and says which line', () => {
  const model = ['model', 'tokenize', '--model', join(root, 'tests/data/wordpiece')];
  const ids = (input, ...args) => ok([...model, ...args], { input }).stdout.trimEnd().split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(ids('Buy GME!\r\n\nthe moon'), [[2, 83, 87, 5, 3], [2, 3], [2, 80, 82, 3]]);
  assert.deepEqual(ids('"the\\nmoon"\n', '--json'), [[2, 80, 82, 3]]);
  const many = ids(`${'moon '.repeat(1000)}\n`.repeat(3000));
  assert.equal(many.length, 3000);
  assert.ok(many.every((line) => line.length === 512));
  const broken = gm([...model, '--json'], { input: '"fine"\nnot json\n' });
  assert.equal(broken.status, 1);
  assert.match(broken.stderr, /stdin:2/);
  assert.equal(JSON.parse(broken.stdout)[0], 2);
  assert.equal(gm(['model', 'tokenize'], { input: '' }).status, 2);
  assert.match(gm(['model', 'tokenize', '--model', '/nowhere'], { input: '' }).stderr,
    /\/nowhere.*vocab\.txt/);
});

test('doctor finds a healthy folder healthy, and a broken one broken', (t) => {
  const dir = scratch(t);
  const data = join(dir, 'data');
  ok(replay(makeRecording(dir, 50, 41), data));
  const env = { ...process.env, GHOSTMARKET_WEB_PORT: '0' };
  const findings = JSON.parse(ok(['doctor', '--json', '--data-dir', data], { env }).stdout);
  const checks = findings.map((f) => f.check);
  for (const check of ['configuration', 'data directory', 'disk', 'clock', 'log', 'database',
    'model', 'network'])
    assert.ok(checks.includes(check), check);
  const sick = gm(['doctor', '--data-dir', '/proc/nowhere'], { env });
  assert.equal(sick.status, 1);
  assert.match(sick.stdout, /problem/);
});
