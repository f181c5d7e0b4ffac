// kill -9 at random moments: what comes out in the end is what an undisturbed run gives.
//
// GHOSTMARKET_KILLS and GHOSTMARKET_KILL_EVENTS make it longer; GHOSTMARKET_KILL_REPLAY takes a
// folder with live-prices.jsonl.gz and live-social.jsonl.gz instead of a made recording.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import test from 'node:test';
import { bin, exportText, makeRecording, ok, random, replay, scratch } from './lib.mjs';

const kills = Number(process.env.GHOSTMARKET_KILLS ?? 12);
const events = Number(process.env.GHOSTMARKET_KILL_EVENTS ?? 30_000);
const seed = Number(process.env.GHOSTMARKET_SEED ?? Date.now() % 1_000_000);

// Starts the command and kills it after `delay_ms`; true when it had come to its end before.
async function runAndKill(args, delay_ms) {
  const child = spawn(bin, args, { stdio: 'ignore' });
  const timer = setTimeout(() => child.kill('SIGKILL'), delay_ms);
  const [status, signal] = await once(child, 'exit');
  clearTimeout(timer);
  assert.ok(signal === 'SIGKILL' || status === 0, `status ${status}, signal ${signal}`);
  return status === 0;
}

test('a kill between the database\'s commit and the group\'s is made up for', (t) => {
  const dir = scratch(t);
  const data = join(dir, 'data');
  const recording = makeRecording(dir, 300, 36);
  ok(replay(recording, data));
  const before = exportText(data, 'market_signals');
  // A new group stands where a killed one would: behind a database that has every row.
  ok(replay(recording, data), { env: { ...process.env, GHOSTMARKET_STORE_GROUP: 'late' } });
  assert.equal(exportText(data, 'market_signals'), before);
});

test(`${kills} kills on the way leave the same rows (seed ${seed})`, { timeout: 600_000 },
  async (t) => {
    const dir = scratch(t);
    const next = random(seed);
    const folder = process.env.GHOSTMARKET_KILL_REPLAY && resolve(process.env.GHOSTMARKET_KILL_REPLAY);
    const recording = folder
      ? { prices: join(folder, 'live-prices.jsonl.gz'), social: join(folder, 'live-social.jsonl.gz') }
      : makeRecording(dir, events, seed);
    const calm = Date.now();
    ok(replay(recording, join(dir, 'calm')));
    const calm_ms = Date.now() - calm;
    const expected = ['market_signals', 'posts', 'alerts', 'dead_letters'].map((table) =>
      exportText(join(dir, 'calm'), table));
    // The killed runs are paced so that all kills fall before the end of one replay.
    let killed = 0;
    let round = 0;
    while (killed < kills) {
      const data = join(dir, `killed-${round++}`);
      let done = false;
      while (!done && killed < kills) {
        done = await runAndKill(replay(recording, data), 5 + next() * calm_ms * 0.6);
        if (!done) killed++;
      }
      if (!done) ok(replay(recording, data));
      ['market_signals', 'posts', 'alerts', 'dead_letters'].forEach((table, i) =>
        assert.ok(exportText(data, table) === expected[i], `${table} of ${data} differs`));
    }
    t.diagnostic(`${killed} kills over ${round} replays`);
  });
