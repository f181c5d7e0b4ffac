// Bad input: each kind ends in dead-letters with a reason and its place, and nothing else is lost.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { exportRows, gm, ok, scratch } from './lib.mjs';

const price = (more) => ({ ticker: 'bitcoin', price_usd: 62450, timestamp: '2025-06-02T10:00:00Z',
  source: 'test', ...more });
const post = (more) => ({ ticker: 'bitcoin', text: 'to the moon', source: 'test', id: 'p1',
  timestamp: '2025-06-02T10:00:01Z', ...more });
const json = JSON.stringify;
const dayAhead = () => new Date(Date.now() + 86_400_000).toISOString();

const badPrices = {
  'unknown ticker': [json(price({ ticker: 'nosuchcoin' })), /"nosuchcoin" is not followed/],
  'price NaN': ['{"ticker":"bitcoin","price_usd":NaN,"timestamp":"2025-06-02T10:00:00Z","source":"t"}', /price_usd/],
  'price negative': [json(price({ price_usd: -1 })), /price_usd/],
  'price zero': [json(price({ price_usd: 0 })), /price_usd/],
  'price as a string': [json(price({ price_usd: '62450' })), /price_usd/],
  'price beyond a double': ['{"ticker":"bitcoin","price_usd":1e999,"timestamp":"2025-06-02T10:00:00Z","source":"t"}', /price_usd/],
  'timestamp without zone': [json(price({ timestamp: '2025-06-02T10:00:00' })), /timestamp/],
  'timestamp in 1970': [json(price({ timestamp: '1970-01-01T00:00:00Z' })), /timestamp/],
  'timestamp a day ahead': [json(price({ timestamp: dayAhead() })), /timestamp/],
  'nested 10,000 deep': [`{"x":${'['.repeat(10_000)}${']'.repeat(10_000)},${json(price()).slice(1)}`, /deep/],
  '10 MB': [json(price({ padding: 'x'.repeat(10_000_000) })), /524288|longer|over/],
  'cut off': [json(price()).slice(0, 40), /./],
  'not an object': ['[1,2,3]', /./],
};

const badPosts = {
  'empty text': [json(post({ text: '' })), /text/],
  'white space only': [json(post({ text: ' \n\t ' })), /text/],
  'text of 1 MB': [json(post({ text: 'moon '.repeat(200_000) })), /text|524288|longer|over/],
  'invalid UTF-8': [Buffer.concat([Buffer.from('{"ticker":"bitcoin","text":"'), Buffer.from([0xff, 0xfe]),
    Buffer.from('","source":"t","id":"x","timestamp":"2025-06-02T10:00:01Z"}')]), /UTF-8/],
  'NUL in the text': [json(post({ text: 'a\u0000b' })), /NUL|text/],
  'text missing': [json({ ...post(), text: undefined }), /text/],
};

test('each bad line becomes a dead letter with file, line and reason; good ones go on', (t) => {
  const dir = scratch(t);
  const data = join(dir, 'data');
  const write = (name, cases, good) => {
    const lines = Object.values(cases).flatMap(([line]) => [Buffer.from(line), Buffer.from('\n'),
      Buffer.from(json(good) + '\n')]);
    writeFileSync(join(dir, name), Buffer.concat(lines));
  };
  write('prices.jsonl', badPrices, price());
  write('social.jsonl', badPosts, post({ text: '🚀🚀🚀' }));
  const summary = JSON.parse(ok(['replay', '--prices', join(dir, 'prices.jsonl'), '--social',
    join(dir, 'social.jsonl'), '--data-dir', data, '--json']).stdout);
  const bad = Object.keys(badPrices).length + Object.keys(badPosts).length;
  assert.equal(summary.signals, bad, 'one good line after each bad one');
  assert.equal(summary.dead_letters, bad);
  const letters = exportRows(data, 'dead_letters');
  assert.equal(letters.length, bad);
  const check = (cases, file, kind) => Object.entries(cases).forEach(([name, [line, reason]], i) => {
    const letter = name === 'unknown ticker'
      ? letters.find((l) => l.stage === 'process')
      : letters.find((l) => l.origin === `${file}:${2 * i + 1}`);
    assert.ok(letter, `${kind}: ${name}: a dead letter of ${file}:${2 * i + 1}`);
    assert.match(letter.reason, reason, `${kind}: ${name}`);
    assert.equal(letter.payload_bytes >= Math.min(Buffer.from(line).length, 500_000), true, name);
  });
  check(badPrices, 'prices.jsonl', 'price');
  check(badPosts, 'social.jsonl', 'post');
  const vibes = exportRows(data).filter((r) => r.kind === 'social');
  assert.ok(vibes.every((r) => r.vibe_score > 0), 'a text of emoji alone has a mood');
});

test('a file that is cut off, or no gzip inside, is told with its place', (t) => {
  const dir = scratch(t);
  const whole = gzipSync(Array.from({ length: 2000 }, (_, i) =>
    json(price({ price_usd: 60_000 + i })) + '\n').join(''));
  writeFileSync(join(dir, 'cut.gz'), whole.subarray(0, whole.length - 200));
  const summary = JSON.parse(ok(['replay', '--prices', join(dir, 'cut.gz'), '--data-dir',
    join(dir, 'a'), '--json']).stdout);
  assert.ok(summary.signals > 0 && summary.signals < 2000);
  const letters = exportRows(join(dir, 'a'), 'dead_letters');
  assert.ok(letters.length >= 1);
  assert.match(letters.at(-1).origin, /^cut\.gz:\d+$/);
});

test('files that are not there, or rubbish, end with a message and status 1', (t) => {
  const dir = scratch(t);
  const missing = gm(['replay', '--prices', join(dir, 'none.jsonl'), '--data-dir', join(dir, 'a')]);
  assert.equal(missing.status, 1);
  assert.match(missing.stderr, /none\.jsonl/);
  const folder = gm(['replay', '--prices', dir, '--data-dir', join(dir, 'a')]);
  assert.equal(folder.status, 1);
  const nothing = gm(['replay', '--data-dir', join(dir, 'a')]);
  assert.equal(nothing.status, 2);
  assert.match(nothing.stderr, /--prices/);
});

test('a misspelt key in the configuration names line and remedy, status 2', (t) => {
  const dir = scratch(t);
  const config = join(dir, 'c.yaml');
  writeFileSync(config, 'log:\n  level: info\ntikers:\n  - name: bitcoin\n');
  const result = gm(['run', '--config', config, '--data-dir', join(dir, 'data')]);
  assert.equal(result.status, 2);
  assert.match(result.stderr, /c\.yaml:3/);
  assert.match(result.stderr, /tikers/);
  assert.match(result.stderr, /did you mean "tickers"/);
});
