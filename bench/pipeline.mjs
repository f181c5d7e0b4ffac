// The whole way, measured from outside: `make bench` runs it last.
//
//   node bench/pipeline.mjs [throughput] [memory] [latency] [peer]      default: all
//
// throughput  JSON Lines on disk → rows committed in DuckDB, with the lexicon scorer, everything in
//             between durable; median of three runs into fresh folders. Two recordings: made (short
//             posts) and, where it is on this machine, a real one, repeated (posts of 430 bytes).
// peer        the same recording through bench/peers/pipeline.py, which is how one glues this
//             together in Python; its first events only, since it takes so long.
// memory      resident memory of `ghostmarket run` after the replay.
// latency     event → server-sent event at 1,000 events/s: from the append by another process until
//             a client on loopback has the row.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { bin, makeRecording, root, until } from '../tests/e2e/lib.mjs';

const load = process.env.GHOSTMARKET_LOAD ?? join(root, 'build/bench/load');
const python = process.env.GHOSTMARKET_PEER_PYTHON ?? join(root, 'build/peers/bin/python');
const gme = join(root, '../shared/data/replay/gme-2021-01');
const RUNS = 3;

// Where the benchmark cannot go on, it ends: nothing here takes this long.
setTimeout(() => {
  console.error('bench: nothing has happened for 10 minutes');
  process.exit(1);
}, 600_000).unref();

const dir = mkdtempSync(join(tmpdir(), 'ghostmarket-bench-'));
process.on('exit', () => rmSync(dir, { recursive: true, force: true }));

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const number = (n) => Math.round(n).toLocaleString('en');

// The real recording `copies` times over, each copy a fortnight later.
function repeatReal(copies) {
  const paths = {};
  const counts = {};
  for (const [kind, file] of [['prices', 'live-prices'], ['social', 'live-social']]) {
    const lines = gunzipSync(readFileSync(join(gme, `${file}.jsonl.gz`))).toString().trim()
      .split('\n').map((line) => JSON.parse(line));
    const parts = [];
    for (let copy = 0; copy < copies; copy++)
      for (const line of lines)
        parts.push(JSON.stringify({
          ...line,
          timestamp: new Date(Date.parse(line.timestamp) + copy * 14 * 86_400_000).toISOString(),
          ...(line.id ? { id: `${line.id}_${copy}` } : {}),
        }));
    paths[kind] = join(dir, `${file}.jsonl`);
    counts[kind] = parts.length;
    writeFileSync(paths[kind], parts.join('\n') + '\n');
  }
  return { ...paths, priceCount: counts.prices, socialCount: counts.social };
}

function made() {
  return makeRecording(dir, 500_000, 1);
}

async function replayOnce(recording, data) {
  const child = spawn(bin, ['replay', '--prices', recording.prices, '--social', recording.social,
    '--data-dir', data, '--json', '--log-level', 'error'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (text) => (out += text));
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(`replay: status ${status}`);
  return JSON.parse(out);
}

async function throughput(name, recording) {
  const events = recording.priceCount + recording.socialCount;
  const rates = [];
  for (let run = 0; run < RUNS; run++) {
    const data = join(dir, 'data');
    const summary = await replayOnce(recording, data);
    if (summary.signals !== events) throw new Error(`${summary.signals} rows of ${events}`);
    rates.push(events / summary.seconds);
    rmSync(data, { recursive: true });
  }
  const bytes = [recording.prices, recording.social].reduce((n, p) => n + readFileSync(p).length, 0);
  console.log(`throughput  ${name}: ${number(median(rates))} events/s ` +
    `(${number(Math.min(...rates))} to ${number(Math.max(...rates))}; ${number(events)} events, ` +
    `${(bytes / 1e6).toFixed(0)} MB of JSON)`);
  return median(rates);
}

function peer(name, recording, ours) {
  if (!existsSync(python)) {
    console.log('peer        skipped: make bench-peers installs it');
    return;
  }
  const child = spawnSync(python, [join(root, 'bench/peers/pipeline.py'), recording.prices,
    recording.social, join(dir, 'peer.duckdb'), '5000'], { encoding: 'utf8' });
  if (child.status !== 0) throw new Error(child.stderr);
  const { events, seconds } = JSON.parse(child.stdout);
  console.log(`peer        ${name}: Python, VADER, a DuckDB insert a row: ` +
    `${number(events / seconds)} events/s; GhostMarket does ` +
    `${number(ours / (events / seconds))} times as many`);
}

function startRun(data) {
  const child = spawn(bin, ['run', '--data-dir', data], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, GHOSTMARKET_WEB_PORT: '0' },
  });
  child.log = '';
  child.stderr.on('data', (text) => (child.log += text));
  return child;
}

async function stop(child) {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

async function memory(name, recording) {
  const data = join(dir, 'memory');
  const running = startRun(data);
  await until(() => /page on/.test(running.log), 'the start');
  await replayOnce(recording, data);
  const settled = Date.now() + 2_000; // housekeeping is done every second
  await until(() => Date.now() > settled, 'the housekeeping');
  const status = readFileSync(`/proc/${running.pid}/status`, 'utf8');
  const field = (key) => Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)[1]) / 1024;
  console.log(`memory      ${name}: ${field('VmRSS').toFixed(0)} MiB resident after the replay ` +
    `(${field('RssAnon').toFixed(0)} of its own, the rest mapped files; peak ` +
    `${field('VmHWM').toFixed(0)})`);
  await stop(running);
  rmSync(data, { recursive: true });
}

async function latency(rate, seconds) {
  const data = join(dir, 'latency');
  const running = startRun(data);
  const match = await until(() => /http:\/\/127\.0\.0\.1:\d+/.exec(running.log), 'the page');
  const abort = new AbortController();
  const response = await fetch(`${match[0]}/api/stream`, { signal: abort.signal });
  const loading = spawn(load, [data, String(rate), String(seconds)], { stdio: 'inherit' });
  const times = [];
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body) {
    const now = performance.timeOrigin + performance.now();
    text += decoder.decode(chunk, { stream: true });
    for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) {
      const seen = /"observed_at":"([^"]+)"/.exec(text.slice(0, end));
      if (!seen || !/^event: ?signal$/m.test(text.slice(0, end))) continue;
      // Date.parse stops at milliseconds; the rest of the fraction is added.
      const micros = /\.\d{3}(\d{3})/.exec(seen[1]);
      times.push(now - Date.parse(seen[1]) - (micros ? Number(micros[1]) / 1000 : 0));
    }
    if (times.length >= rate * seconds) break;
  }
  abort.abort();
  await new Promise((resolve) => (loading.exitCode === null ? loading.once('exit', resolve) : resolve()));
  times.sort((a, b) => a - b);
  const at = (q) => times[Math.min(times.length - 1, Math.floor(q * times.length))].toFixed(1);
  console.log(`latency     event → SSE client at ${number(rate)} events/s for ${seconds} s: p50 ` +
    `${at(0.5)} ms, p99 ${at(0.99)} ms, worst ${at(1)} ms, ${number(times.length)} events`);
  await stop(running);
}

const wanted = process.argv.slice(2);
const does = (name) => wanted.length === 0 || wanted.includes(name);
const recordings = () => [['made, short posts', made()],
  ...(existsSync(gme) ? [['GameStop 2021, 20 times over', repeatReal(20)]] : [])];
for (const [name, recording] of recordings()) {
  const ours = does('throughput') || does('peer') ? await throughput(name, recording) : 0;
  if (does('peer')) peer(name, recording, ours);
  if (does('memory')) await memory(name, recording);
}
if (does('latency')) await latency(1000, 20);
