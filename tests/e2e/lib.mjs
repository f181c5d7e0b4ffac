// What the end-to-end tests share: the real program, run as a user runs it, in folders of its own.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const bin = resolve(process.env.GHOSTMARKET_BIN ?? 'build/src/app/ghostmarket');
// No test asks the world for prices or posts; the tests of the feeds have fakes of their own.
process.env.GHOSTMARKET_COINBASE_ENABLED ??= 'false';
process.env.GHOSTMARKET_BLUESKY_ENABLED ??= 'false';

export const root = resolve(new URL('../..', import.meta.url).pathname);

// Whoever runs the tests may have models of their own.
process.env.HF_HUB_CACHE = '/nonexistent';

// A folder that goes away with the test.
export function scratch(t) {
  const dir = mkdtempSync(join(tmpdir(), 'ghostmarket-e2e-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

// A small file system of its own; null where none can be mounted. It goes away with the test.
export function mount(t, options) {
  const dir = mkdtempSync(join(tmpdir(), 'ghostmarket-e2e-mount-'));
  t.after(() => {
    spawnSync('umount', ['-l', dir]);
    rmSync(dir, { recursive: true, force: true });
  });
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'ghostmarket-test', dir]);
  if (mounted.status !== 0) {
    t.skip('cannot mount here');
    return null;
  }
  return dir;
}

// Runs the program to its end: { status, signal, stdout, stderr }.
export function gm(args, options = {}) {
  const result = spawnSync(bin, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    timeout: 120_000,
    cwd: tmpdir(),
    ...options,
  });
  if (result.error) throw result.error;
  return result;
}

// As gm, and the status must be 0.
export function ok(args, options) {
  const result = gm(args, options);
  if (result.status !== 0)
    throw new Error(`ghostmarket ${args.join(' ')}: status ${result.status}\n${result.stderr}`);
  return result;
}

// Starts the program; ends with the test. stderr collects in `.log`.
export function start(t, args, options = {}) {
  const child = spawn(bin, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: tmpdir(), ...options });
  child.log = '';
  child.out = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (child.log += text));
  child.stdout.setEncoding('utf8').on('data', (text) => (child.out += text));
  child.ended = once(child, 'exit').then(([status, signal]) => ({ status, signal }));
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await child.ended;
  });
  return child;
}

// Waits until `look` gives something true, and gives that. The deadline is for a broken program.
export async function until(look, what, deadline_ms = 30_000) {
  const end = Date.now() + deadline_ms;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > end) throw new Error(`waited ${deadline_ms} ms for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

// The address of the page that a started program serves.
export async function pageOf(child) {
  const match = await until(
    () => /http:\/\/127\.0\.0\.1:\d+/.exec(child.log + child.out),
    `the page's address in: ${child.log}`,
  );
  return match[0];
}

export function exportRows(dataDir, table = 'market_signals') {
  const text = ok(['export', '--data-dir', dataDir, '--table', table]).stdout;
  return text.split('\n').filter(Boolean).map((line) => JSON.parse(line));
}

export function exportText(dataDir, table = 'market_signals') {
  return ok(['export', '--data-dir', dataDir, '--table', table]).stdout;
}

// A generator of random numbers that a seed repeats (mulberry32).
export function random(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = a;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const words = [
  'to the moon', 'this is a scam', 'buying the dip', 'rug pull incoming', 'holding since 2019',
  'diamond hands 💎🙌', 'earnings are next week', 'sell now', 'not bad at all', 'I lost everything',
  'SQUEEZE!!!', 'what is the ticker', 'bullish', 'bearish', 'chart looks flat', 'great numbers',
];

// Writes prices.jsonl and social.jsonl with `events` events in all over the three built-in tickers;
// some late, some of equal times. Gives { prices, social } (paths) and counts.
export function makeRecording(dir, events, seed) {
  const next = random(seed);
  const tickers = ['bitcoin', 'dogecoin', 'gamestop'];
  const price = { bitcoin: 62450, dogecoin: 0.17, gamestop: 22 };
  let at = Date.parse('2025-06-02T10:00:00Z');
  const prices = [];
  const social = [];
  for (let i = 0; i < events; i++) {
    at += Math.floor(next() * 400);
    const ticker = tickers[Math.floor(next() * 3)];
    const late = next() < 0.02 ? Math.floor(next() * 600_000) : 0;
    const timestamp = new Date(at - late).toISOString();
    if (next() < 0.4) {
      price[ticker] *= 1 + (next() - 0.5) * 0.002;
      prices.push({ ticker, price_usd: price[ticker], timestamp, source: 'test' });
    } else {
      const text = `${words[Math.floor(next() * words.length)]} ${i}`;
      social.push({ ticker, text, source: 'test', timestamp, id: `p${i}`, author: `u${i % 97}` });
    }
  }
  const paths = { prices: join(dir, 'prices.jsonl'), social: join(dir, 'social.jsonl') };
  writeFileSync(paths.prices, prices.map((p) => JSON.stringify(p) + '\n').join(''));
  writeFileSync(paths.social, social.map((p) => JSON.stringify(p) + '\n').join(''));
  return { ...paths, priceCount: prices.length, socialCount: social.length };
}

export function replay(recording, dataDir, more = []) {
  return ['replay', '--prices', recording.prices, '--social', recording.social, '--data-dir',
    dataDir, '--json', ...more];
}

export function readJsonLines(path) {
  return readFileSync(path, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
}
