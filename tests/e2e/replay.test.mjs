// A recording through the whole pipeline: every row, every formula, and the same bits every time.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { readFileSync, writeFileSync } from 'node:fs';
import { exportRows, exportText, makeRecording, ok, replay, root, scratch } from './lib.mjs';

const WINDOW_MS = 5 * 60_000;
const COOLDOWN_MS = 10 * 60_000;

// The signal's definition written down once more, as plainly as it can be: arrays, and every
// average summed anew. `rows` are in the order in which they were processed.
function recompute(rows) {
  const state = {};
  return rows.map((row) => {
    const s = (state[row.ticker] ??= { prices: [], vibes: [], newest: -Infinity, alert: -Infinity });
    const at = Date.parse(row.timestamp);
    const late = at < s.newest - WINDOW_MS;
    s.newest = Math.max(s.newest, at);
    const list = row.kind === 'price' ? s.prices : s.vibes;
    if (!late) {
      let place = list.length;
      while (place > 0 && list[place - 1].at > at) place--;
      list.splice(place, 0, { at, value: row.value });
    }
    for (const window of [s.prices, s.vibes])
      while (window.length && window[0].at < s.newest - WINDOW_MS) window.shift();
    const average = (l) => l.reduce((sum, e) => sum + e.value, 0) / l.length;
    const price = s.prices.at(-1)?.value ?? null;
    const vibe = s.vibes.at(-1)?.value ?? null;
    const deltaPrice = price === null ? null : (price - average(s.prices)) / average(s.prices);
    const deltaVibe = vibe === null ? null : vibe - average(s.vibes);
    const momentum = deltaVibe === null ? null : deltaVibe * s.vibes.length;
    const alert =
      !late && momentum !== null && deltaPrice !== null && momentum > 100 && deltaPrice < 0.02 &&
      s.newest - s.alert >= COOLDOWN_MS;
    if (alert) s.alert = s.newest;
    return { price, vibe, n: s.vibes.length, deltaPrice, deltaVibe, momentum, alert, late };
  });
}

function near(actual, expected, what) {
  if (expected === null || actual === null) assert.equal(actual, expected, what);
  else
    assert.ok(Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected)),
      `${what}: ${actual}, expected ${expected}`);
}

test('every event makes one row, and every row is what the formulas say', (t) => {
  const dir = scratch(t);
  const recording = makeRecording(dir, 20_000, 7);
  const data = join(dir, 'data');
  const summary = JSON.parse(ok(replay(recording, data)).stdout);
  assert.equal(summary.prices, recording.priceCount);
  assert.equal(summary.posts, recording.socialCount);
  assert.equal(summary.dead_letters, 0);
  const rows = exportRows(data);
  assert.equal(rows.length, 20_000);
  assert.equal(rows.filter((r) => r.kind === 'price').length, recording.priceCount);
  assert.deepEqual(Object.keys(rows[0]).slice(0, 9), [
    'timestamp', 'ticker', 'price_usd', 'vibe_score', 'msg_velocity', 'delta_price', 'delta_vibe',
    'hype_momentum', 'alert_status']);
  const inputs = new Set(rows.map((r) => `${r.input_topic}/${r.input_partition}/${r.input_offset}`));
  assert.equal(inputs.size, 20_000, 'each input has one row');
  const expected = recompute(rows);
  let lateRows = 0;
  rows.forEach((row, i) => {
    const e = expected[i];
    const at = `row ${i + 1}`;
    near(row.price_usd, e.price, `${at} price_usd`);
    near(row.vibe_score, e.vibe, `${at} vibe_score`);
    assert.equal(row.msg_velocity, e.n, `${at} msg_velocity`);
    near(row.delta_price, e.deltaPrice, `${at} delta_price`);
    near(row.delta_vibe, e.deltaVibe, `${at} delta_vibe`);
    near(row.hype_momentum, e.momentum, `${at} hype_momentum`);
    assert.equal(row.alert_status, e.alert ? 'IMMINENT_HYPE_PUMP' : null, `${at} alert_status`);
    assert.equal(row.late, e.late, `${at} late`);
    lateRows += e.late;
    if (row.kind === 'social') assert.equal(row.scorer, 'lexicon');
  });
  assert.ok(lateRows > 50, 'the recording has late events');
  assert.equal(exportRows(data, 'posts').length, recording.socialCount);
  assert.equal(exportRows(data, 'dead_letters').length, 0);
  assert.equal(exportRows(data, 'alerts').length, expected.filter((e) => e.alert).length);
});

test('the same recording gives the same bytes, plain or gzip, and once only', (t) => {
  const dir = scratch(t);
  const recording = makeRecording(dir, 5_000, 8);
  const zipped = { prices: join(dir, 'p.gz'), social: join(dir, 's.gz') };
  writeFileSync(zipped.prices, gzipSync(readFileSync(recording.prices)));
  writeFileSync(zipped.social, gzipSync(readFileSync(recording.social)));
  ok(replay(recording, join(dir, 'a')));
  ok(replay(zipped, join(dir, 'b'), ['--speed', '1000000']));
  const first = exportText(join(dir, 'a'));
  assert.ok(exportText(join(dir, 'b')) === first);
  const again = JSON.parse(ok(replay(recording, join(dir, 'a'))).stdout);
  assert.equal(again.prices + again.posts, 0, 'a finished replay is not repeated');
  assert.ok(exportText(join(dir, 'a')) === first);
});

const gme = join(root, '../shared/data/replay/gme-2021-01');

test('GameStop, January 2021: 24,867 rows, nothing dead', {
  skip: existsSync(gme) ? false : 'the recording is not on this machine',
}, (t) => {
  const dir = scratch(t);
  const recording = {
    prices: join(gme, 'live-prices.jsonl.gz'),
    social: join(gme, 'live-social.jsonl.gz'),
  };
  const summary = JSON.parse(ok(replay(recording, join(dir, 'a'))).stdout);
  assert.equal(summary.signals, 24_867);
  assert.equal(summary.dead_letters, 0);
  const rows = exportRows(join(dir, 'a'));
  assert.equal(rows.filter((r) => r.kind === 'price').length, 7_243);
  assert.equal(rows.filter((r) => r.kind === 'social').length, 17_624);
  const expected = recompute(rows);
  rows.forEach((row, i) => {
    near(row.hype_momentum, expected[i].momentum, `row ${i + 1} hype_momentum`);
    assert.equal(row.alert_status !== null, expected[i].alert, `row ${i + 1} alert_status`);
  });
  ok(replay(recording, join(dir, 'b')));
  assert.ok(exportText(join(dir, 'b')) === exportText(join(dir, 'a')));
});
