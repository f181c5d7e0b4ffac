// All feeds at once against sources that break at random, for two minutes (or for
// GHOSTMARKET_SOAK_S seconds: `make soak` takes 30 minutes). What the sources served is written down
// and compared with the rows that came out: no post is lost or doubled, no price is one that nobody
// served, no source is asked sooner than allowed, and the program does not grow.
//
// The faults come from a seed (GHOSTMARKET_SOAK_SEED), which is printed; times are real, so a seed
// repeats the kinds of faults and their order, not their moments.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { handshakeFaults, streamFaults } from './faulty.mjs';
import { heartbeat, jetstream, post, serve, tick } from './live.mjs';
import { exportRows, pageOf, random, scratch, start, until } from './lib.mjs';

delete process.env.GHOSTMARKET_COINBASE_ENABLED;
delete process.env.GHOSTMARKET_BLUESKY_ENABLED;

const sanitized = Boolean(process.env.GHOSTMARKET_SANITIZED);
const soak_s = Number(process.env.GHOSTMARKET_SOAK_S ?? 110);
const seed = Number(process.env.GHOSTMARKET_SOAK_SEED ?? Date.now() % 1_000_000);
const secret = 'canary-2718281828';
const retry_ms_min = 495; // the first wait is a second, by chance up to half of it less
const growth_kib_max = 32 * 1024;

const next = random(seed);
const chance = (share) => next() < share;
// Slow faults take half a minute each, so they are rare.
function draw(faults) {
  const names = Object.keys(faults).filter((name) => !faults[name].slow || chance(0.1));
  return names[Math.floor(next() * names.length)];
}

// What happened to one source: its connections and faults in their order.
function journal(name) {
  const entries = [];
  return {
    name, entries,
    connected() {
      entries.push({ at_ms: Date.now() });
      return entries.at(-1);
    },
    // The faults, by how often each was.
    faults() {
      const counts = {};
      for (const { fault } of entries) if (fault) counts[fault] = (counts[fault] ?? 0) + 1;
      return counts;
    },
    // How much sooner than allowed the next connection came after a fault, at most.
    checkPace() {
      for (let i = 1; i < entries.length; i++) {
        const before = entries[i - 1];
        if (!before.fault_ms) continue;
        const least_ms = Math.max(retry_ms_min, (before.wait_s ?? 0) * 1000);
        const waited_ms = entries[i].at_ms - before.fault_ms;
        assert.ok(waited_ms >= least_ms,
          `${name}: ${waited_ms} ms after ${before.fault}, not ${least_ms} (seed ${seed})`);
      }
    },
  };
}

// Harms a connection and writes it down.
function harm(entry, kind, faults, peer) {
  const name = draw(faults);
  entry.fault = `${kind} ${name}`;
  entry.fault_ms = Date.now();
  entry.wait_s = faults[name].wait_s;
  faults[name].harm(peer);
}

// May break the handshake of a new connection.
function refuseSometimes(book, calm, peer) {
  peer.entry = book.connected();
  if (calm() || !chance(0.4)) return undefined;
  harm(peer.entry, 'handshake', handshakeFaults, peer);
  return 'silent';
}

// ------------------------------------------------------------------------- coinbase

// A price has a number of its own in it, so that each row can be found again.
async function startCoinbase(t, calm) {
  const book = journal('coinbase');
  const products = { 'BTC-USD': 'bitcoin', 'DOGE-USD': 'dogecoin' };
  const served = { bitcoin: new Set(), dogecoin: new Set() };
  let number = 0;
  const server = await serve(t, (peer) => {
    const refused = refuseSometimes(book, calm, peer);
    if (refused) return refused;
    peer.onText = () => {
      peer.subscribed = true;
      peer.send({ type: 'subscriptions', channels: [] });
      for (const product of Object.keys(products)) trade(peer, product);
    };
    return undefined;
  });
  function trade(peer, product) {
    if (peer.entry.fault) return;
    const price = 1000 + ++number / 100;
    peer.send(tick(product, price, number));
    served[products[product]].add(price);
    peer.trades = { ...peer.trades, [product]: number };
  }
  function beat(peer, product) {
    if (peer.entry.fault || !peer.trades?.[product]) return;
    const lost = !calm() && chance(0.01); // a trade whose price does not come
    if (lost) {
      peer.trades[product] = ++number;
      peer.entry.fault = 'stream lost trade';
      peer.entry.fault_ms = Date.now();
      for (const _ of [1, 2]) peer.send(heartbeat(product, number, number));
      return;
    }
    peer.send(heartbeat(product, number, peer.trades[product]));
  }
  const timer = setInterval(() => {
    for (const peer of server.peers) {
      if (!peer.subscribed || peer.entry.fault) continue;
      for (const product of Object.keys(products)) {
        if (chance(0.6)) trade(peer, product);
        if (chance(0.3)) beat(peer, product);
      }
      if (!calm() && chance(0.02)) harm(peer.entry, 'stream', streamFaults, peer);
    }
  }, 200);
  t.after(() => clearInterval(timer));
  return { url: `${server.url}/?key=${secret}`, book, served, server };
}

// ------------------------------------------------------------------------- bluesky

const texts = ['nice weather', 'buying bitcoin again', 'my cat', 'DOGE and $BTC to the moon', 'lunch',
  'gamestop is a store', 'nothing', 'such #dogecoin', 'good night', 'btcx is no word of ours'];
const tickersOf = (text) => [
  ...(/bitcoin|\$BTC/.test(text) ? ['bitcoin'] : []), ...(/DOGE|#dogecoin/.test(text) ? ['dogecoin'] : []),
  ...(/gamestop/.test(text) ? ['gamestop'] : [])];

async function startBluesky(t, calm) {
  const book = journal('bluesky');
  const expected = [];
  let number = 0;
  let last_us = 0;
  const stream = await jetstream(t, {
    refuse: (peer) => refuseSometimes(book, calm, peer),
    fault(peer) {
      if (calm() || !chance(0.003)) return false;
      harm(peer.entry, 'stream', streamFaults, peer);
      return 'broken';
    },
  });
  const timer = setInterval(() => {
    const more = [];
    for (let i = 0; i < 12; i++) {
      const text = `${texts[Math.floor(next() * texts.length)]} ${++number}`;
      last_us = Math.max(last_us + 1, Date.now() * 1000);
      more.push(post(last_us, `r${number}`, text, `did:plc:u${number % 50}`));
      for (const ticker of tickersOf(text)) expected.push(`${ticker} did:plc:u${number % 50}/r${number}`);
    }
    // Nobody is there to ask for what is posted before the first connection.
    if (stream.seen.cursors.length > 0) stream.add(...more);
    else expected.length = 0;
  }, 100);
  t.after(() => clearInterval(timer));
  return { url: `${stream.url}?key=${secret}`, book, expected, stream, stop: () => clearInterval(timer) };
}

// ------------------------------------------------------------------------- the program

function memory_kib(pid) {
  const match = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return match ? Number(match[1]) : 0;
}

// Looks at the program's memory each second: the median of five parts of the time.
function watchMemory(t, pid) {
  const seen = [];
  const timer = setInterval(() => {
    try {
      seen.push(memory_kib(pid));
    } catch {
      clearInterval(timer);
    }
  }, 1000);
  t.after(() => clearInterval(timer));
  return () => [0, 1, 2, 3, 4].map((part) => {
    const some = seen.slice((seen.length * part) / 5, (seen.length * (part + 1)) / 5).sort((a, b) => a - b);
    return some[some.length >> 1] ?? 0;
  });
}

function configure(dir, coinbase, bluesky) {
  const path = join(dir, 'ghostmarket.yaml');
  writeFileSync(path, `web: {port: 0}\ncoinbase: {url: "${coinbase.url}", interval: 250ms}\n` +
    `bluesky: {url: "${bluesky.url}"}\n`);
  return ['--config', path, '--data-dir', join(dir, 'data')];
}

function checkPrices(coinbase, rows, elapsed_s) {
  for (const [ticker, served] of Object.entries(coinbase.served)) {
    const prices = rows.filter((row) => row.kind === 'price' && row.ticker === ticker).map((row) => row.price_usd);
    assert.equal(new Set(prices).size, prices.length, `${ticker}: a price came twice (seed ${seed})`);
    for (const price of prices) assert.ok(served.has(price), `${ticker}: nobody served ${price}`);
    assert.ok(prices.length <= elapsed_s * 4 + 1, `${ticker}: ${prices.length} prices in ${elapsed_s} s`);
  }
}

function checkPosts(bluesky, dataDir) {
  const ids = exportRows(dataDir, 'posts').map((row) => `${row.ticker} ${row.id}`);
  const unique = new Set(ids);
  assert.equal(unique.size, ids.length, `${ids.length - unique.size} posts came twice (seed ${seed})`);
  const lost = bluesky.expected.filter((id) => !unique.has(id));
  assert.equal(lost.length, 0, `${lost.length} posts were lost: ${lost.slice(0, 5)} (seed ${seed})`);
  assert.equal(ids.length, bluesky.expected.length, 'posts that nobody served');
  return ids.length;
}

const connected = (server) => [...server.peers].some((peer) => !peer.entry.fault);

test('feeds against sources that break at random', { timeout: (soak_s + 600) * 1000 }, async (t) => {
  console.log(`seed ${seed}, ${soak_s} s`);
  const dir = scratch(t);
  let is_calm = false;
  const calm = () => is_calm;
  const coinbase = await startCoinbase(t, calm);
  const bluesky = await startBluesky(t, calm);
  const begin_ms = Date.now();
  const child = start(t, ['run', ...configure(dir, coinbase, bluesky)],
    { env: { ...process.env, HF_TOKEN: secret, GHOSTMARKET_LOG_LEVEL: 'debug' } });
  const page = await pageOf(child);
  const memory = watchMemory(t, child.pid);

  await until(() => child.exitCode !== null || Date.now() > begin_ms + soak_s * 1000, 'the time', (soak_s + 60) * 1000);
  assert.equal(child.exitCode, null, child.log.slice(-2000));
  is_calm = true;
  bluesky.stop();
  // Back-off may have come to a minute, and a silent connection lasts for half of one.
  await until(() => connected(coinbase.server) && connected(bluesky.stream.server), 'both feeds again', 240_000);
  await until(() => [...bluesky.stream.server.peers].some((peer) => peer.next === bluesky.stream.events.length),
    'all posts served', 240_000);
  const health = await (await fetch(`${page}/api/health`)).text();
  const metrics = await (await fetch(`${page}/metrics`)).text();
  await until(() => exportRows(join(dir, 'data'), 'posts').length >= bluesky.expected.length, 'all rows', 60_000);
  const elapsed_s = (Date.now() - begin_ms) / 1000;
  child.kill('SIGTERM');
  assert.deepEqual(await child.ended, { status: 0, signal: null });

  const posts = checkPosts(bluesky, join(dir, 'data'));
  const rows = exportRows(join(dir, 'data'));
  checkPrices(coinbase, rows, elapsed_s);
  for (const { book } of [coinbase, bluesky]) {
    book.checkPace();
    console.log(`${book.name}: ${book.entries.length} connections; ${JSON.stringify(book.faults())}`);
  }
  for (const [what, text] of Object.entries({ log: child.log, out: child.out, health, metrics }))
    assert.ok(!text.includes(secret), `the ${what} shows a secret`);
  const parts = memory();
  console.log(`${posts} posts of ${bluesky.stream.events.length} events, each once; ` +
    `${rows.length - posts} prices; VmRSS in fifths of the time, MiB: ` +
    parts.map((kib) => (kib / 1024).toFixed(1)).join(' '));
  if (!sanitized)
    assert.ok(parts[4] - parts[1] < growth_kib_max, `grew from ${parts[1]} to ${parts[4]} KiB (seed ${seed})`);
});
