// The live feeds against fakes that speak the real protocols: what is given, what is healed, that
// nothing is lost or doubled, and that a trouble is told.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { heartbeat, jetstream, post, serve, tick } from './live.mjs';
import { exportRows, pageOf, scratch, start, until } from './lib.mjs';

// What lib.mjs sets would win over the configurations here.
delete process.env.GHOSTMARKET_COINBASE_ENABLED;
delete process.env.GHOSTMARKET_BLUESKY_ENABLED;

const sanitized = Boolean(process.env.GHOSTMARKET_SANITIZED);

// A configuration that knows the fakes; a feed without one is off.
function configure(dir, { coinbase, bluesky, more = '' }) {
  const path = join(dir, 'ghostmarket.yaml');
  writeFileSync(
    path,
    `web: {port: 0}\n` +
      `coinbase: {enabled: ${Boolean(coinbase)}${coinbase ? `, url: "${coinbase}"` : ''}, interval: 100ms}\n` +
      `bluesky: {enabled: ${Boolean(bluesky)}${bluesky ? `, url: "${bluesky}"` : ''}}\n${more}`,
  );
  return ['--config', path, '--data-dir', join(dir, 'data')];
}

async function feedsOf(page) {
  const health = await (await fetch(`${page}/api/health`)).json();
  return Object.fromEntries(health.feeds.map((feed) => [feed.name, feed]));
}

// Sends heartbeats each 100 ms to every peer until the test ends.
function beat(t, server, products) {
  const timer = setInterval(() => {
    for (const peer of server.peers)
      for (const product of products) peer.send(heartbeat(product, 1));
  }, 100);
  t.after(() => clearInterval(timer));
}

test('prices: the newest of each interval goes on, with its own time', async (t) => {
  const dir = scratch(t);
  let subscribed;
  const server = await serve(t, (peer) => {
    peer.onText = (text) => {
      subscribed = JSON.parse(text);
      peer.send({ type: 'subscriptions', channels: [] });
      for (let i = 1; i <= 50; i++) peer.send(tick('BTC-USD', 60000 + i, i, '2026-02-21T10:05:00.5Z'));
      peer.send(tick('DOGE-USD', 0.25, 7));
      peer.send(tick('BTC-USD', 1, 3)); // overtaken on its way
      peer.send(tick('ETH-USD', 9, 9)); // nobody asked
    };
  });
  beat(t, server, ['BTC-USD', 'DOGE-USD']);
  const result = spawnText(t, ['prices', '--dry-run', ...configure(dir, { coinbase: server.url })]);
  const lines = await until(() => result.lines().length >= 3 && result.lines(), 'prices');
  assert.deepEqual(subscribed, { type: 'subscribe', product_ids: ['BTC-USD', 'DOGE-USD'],
    channels: ['ticker', 'heartbeat'] });
  const bitcoin = lines.filter((line) => line.ticker === 'bitcoin');
  assert.equal(bitcoin.at(-1).price_usd, 60050);
  assert.equal(bitcoin.at(-1).timestamp, '2026-02-21T10:05:00.500Z');
  assert.equal(bitcoin.at(-1).source, 'coinbase');
  assert.ok(bitcoin.length <= 2, `${bitcoin.length} prices in one interval`);
  assert.equal(lines.find((line) => line.ticker === 'dogecoin').price_usd, 0.25);
});

// Starts the program and reads its lines.
function spawnText(t, args) {
  const child = start(t, args);
  child.lines = () => child.out.split('\n').filter(Boolean).map((line) => JSON.parse(line));
  return child;
}

test('prices --once prints one of each and ends', async (t) => {
  const dir = scratch(t);
  const server = await serve(t, (peer) => {
    peer.onText = () => {
      peer.send(tick('BTC-USD', 1.5, 1));
      peer.send(tick('DOGE-USD', 2.5, 1));
    };
  });
  const child = spawnText(t, ['prices', '--once', ...configure(dir, { coinbase: server.url })]);
  assert.deepEqual(await child.ended, { status: 0, signal: null });
  assert.deepEqual(child.lines().map((line) => [line.ticker, line.price_usd]),
    [['bitcoin', 1.5], ['dogecoin', 2.5]]);
});

test('a connection that is refused, breaks, sends rubbish or falls silent is healed', async (t) => {
  const dir = scratch(t);
  const faults = [
    () => 503,
    (peer) => void (peer.greeted = () => peer.send('<html>')),
    (peer) => void (peer.greeted = () => peer.raw(Buffer.from([0xff, 0xff]))),
    (peer) => void (peer.greeted = () => peer.send({ type: 'error', message: 'Failed', reason: 'too many' })),
    (peer) => void (peer.greeted = () => peer.drop()),
    (peer) => {
      peer.onText = () => {
        peer.send(tick('BTC-USD', 1, 5));
        peer.send(tick('DOGE-USD', 1, 5));
        peer.send(heartbeat('BTC-USD', 6, 9));
        peer.send(heartbeat('BTC-USD', 7, 9));
      };
    },
  ];
  let at = 0;
  const server = await serve(t, (peer) => {
    const fault = faults[at++];
    if (fault) return fault(peer);
    peer.onText = () => {
      peer.send(tick('BTC-USD', 42, 10));
      peer.send(tick('DOGE-USD', 43, 10));
    };
    return undefined;
  });
  const child = spawnText(t, ['prices', '--dry-run', ...configure(dir, { coinbase: server.url })]);
  await until(() => child.lines().some((line) => line.price_usd === 43), 'the price after all', 120_000);
  for (const told of ['status 503', 'cannot be read', 'reserved bits', 'coinbase refuses: Failed: too many',
    'trade 9 of BTC-USD did not come', 'next try in'])
    assert.ok(child.log.includes(told), `${told} in: ${child.log}`);
  assert.match(child.log, /broken off|reset by peer/);
});

test('posts: what passes the gate goes on, once, through broken connections and restarts', async (t) => {
  const dir = scratch(t);
  let number = 0;
  const base = Date.now() * 1000 - 600_000_000;
  const make = () => {
    number++;
    const about = number % 5 === 0 ? 'buying bitcoin' : number % 7 === 0 ? 'DOGE and $BTC' : 'a cat';
    return post(base + number * 100_000, `r${number}`, `${about} ${number}`);
  };
  let quiet = false;
  const stream = await jetstream(t, { fault: (peer, sent) => !quiet && sent === 120 });
  const args = configure(dir, { bluesky: stream.url });
  const expected = () => {
    const ids = [];
    for (const { commit } of stream.events) {
      const text = commit.record.text;
      if (/bitcoin|BTC/.test(text)) ids.push(`bitcoin did:plc:someone/${commit.rkey}`);
      if (/DOGE/.test(text)) ids.push(`dogecoin did:plc:someone/${commit.rkey}`);
    }
    return ids.sort();
  };
  const rounds = sanitized ? 2 : 4;
  for (let round = 0; round < rounds; round++) {
    const child = start(t, ['run', ...args]);
    const page = await pageOf(child);
    await until(() => stream.server.peers.size > 0, 'a connection');
    for (let i = 0; i < 30; i++) {
      stream.add(...Array.from({ length: 10 }, make));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await until(async () => (await feedsOf(page)).bluesky.messages > 0, 'messages');
    if (round === rounds - 1) {
      quiet = true;
      await until(() => stream.server.peers.size > 0, 'the last connection', 60_000);
      await until(() => {
        for (const peer of stream.server.peers) peer.pump();
        return [...stream.server.peers].some((peer) => peer.next === stream.events.length);
      }, 'all sent', 60_000);
      await until(() => exportRows(join(dir, 'data'), 'posts').length >= expected().length, 'all rows', 60_000);
      child.kill('SIGTERM');
      assert.deepEqual(await child.ended, { status: 0, signal: null });
    } else {
      child.kill('SIGKILL');
      await child.ended;
    }
  }
  const rows = exportRows(join(dir, 'data'), 'posts');
  assert.deepEqual(rows.map((row) => `${row.ticker} ${row.id}`).sort(), expected());
  const row = rows.find(({ id }) => id === 'did:plc:someone/r5');
  assert.equal(row.url, 'https://bsky.app/profile/did:plc:someone/post/r5');
  assert.equal(row.source, 'bluesky');
});

test('a page says whether a feed sees, and the log what happens next', async (t) => {
  const dir = scratch(t);
  let refuse = false;
  const server = await serve(t, (peer) => {
    if (refuse) return 503;
    peer.onText = () => peer.send(tick('BTC-USD', 42, 10));
    return undefined;
  });
  beat(t, server, ['BTC-USD', 'DOGE-USD']);
  const child = start(t, ['run', ...configure(dir, { coinbase: server.url })]);
  const page = await pageOf(child);
  await until(async () => (await feedsOf(page)).coinbase.sight === 'seeing', 'sight');
  refuse = true;
  for (const peer of server.peers) peer.drop();
  await until(async () => (await feedsOf(page)).coinbase.sight === 'blind', 'blindness');
  const feed = (await feedsOf(page)).coinbase;
  assert.equal(feed.kind, 'prices');
  assert.match(feed.notice, /next try in [0-9.]+ s/);
  assert.ok(feed.refused >= 1 && feed.calls >= 1 && feed.messages >= 1);
  await until(() => /WARN coinbase/i.test(child.log) || /coinbase.*next try/.test(child.log), 'a log line');
  await until(
    async () => /feed_seeing\{feed="coinbase"\} 0/.test(await (await fetch(`${page}/metrics`)).text()),
    'the metric',
  );
});

test('a source that was never reached is blind, too', async (t) => {
  const dir = scratch(t);
  const child = start(t, ['run', ...configure(dir, { coinbase: 'ws://127.0.0.1:9' })]);
  const page = await pageOf(child);
  await until(async () => (await feedsOf(page)).coinbase.sight === 'blind', 'blindness');
});

test('TLS is verified: a certificate that nobody trusts is refused, a trusted one is taken', async (t) => {
  const dir = scratch(t);
  const openssl = spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj',
    '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', join(dir, 'key.pem'), '-out',
    join(dir, 'cert.pem')]);
  assert.equal(openssl.status, 0);
  const tls = { key: readFileSync(join(dir, 'key.pem')), cert: readFileSync(join(dir, 'cert.pem')) };
  const server = await serve(t, (peer) => {
    peer.onText = () => {
      peer.send(tick('BTC-USD', 1, 1));
      peer.send(tick('DOGE-USD', 2, 1));
    };
  }, tls);
  const distrustful = start(t, ['prices', '--dry-run', ...configure(dir, { coinbase: server.url })]);
  await until(() => /cannot prove who it is/.test(distrustful.log), 'a refusal');
  distrustful.kill('SIGINT');
  assert.deepEqual(await distrustful.ended, { status: 0, signal: null });
  assert.equal(distrustful.out, '');
  const child = start(t, ['prices', '--once',
    ...configure(dir, { coinbase: server.url, more: `feed: {ca_file: "${join(dir, 'cert.pem')}"}\n` })]);
  assert.deepEqual(await child.ended, { status: 0, signal: null });
});
