// Every live feed against every fault that its source can have: the log says what is wrong and what
// happens next, the source is not asked again too soon, the feed then goes on where it was, nothing
// that came makes lines of its own in the log, and no secret is shown.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { handshakeFaults, streamFaults } from './faulty.mjs';
import { makeCertificates } from './hub.mjs';
import { heartbeat, post, serve, tick } from './live.mjs';
import { scratch, start, until } from './lib.mjs';

// What lib.mjs sets would win over the configurations here.
delete process.env.GHOSTMARKET_COINBASE_ENABLED;
delete process.env.GHOSTMARKET_BLUESKY_ENABLED;

const secret = 'canary-1618033988';
const side_by_side = 8; // faults at a time: all of them wait more than they work
const deadline_ms = 120_000;

// A feed's source and what the program makes of it. `greet(peer, say)`: calls `say` when the source
// may speak; `say(peer, number)`: one good item of that number; `number(line)`: of what the program
// printed; `toldOfBad`: what the log says where a bad message breaks the connection.
const feeds = {
  coinbase: {
    command: 'prices',
    configure: (url) => `coinbase: {url: "${url}", interval: 0}\nbluesky: {enabled: false}\n`,
    greet(peer, say) {
      peer.onText = () => {
        for (const product of ['BTC-USD', 'DOGE-USD']) {
          peer.send(heartbeat(product, 1));
          // The other faults are not to be mixed with a missing heartbeat.
          peer.every(1000, () => peer.deaf || peer.send(heartbeat(product, 1)));
        }
        say();
      };
    },
    say: (peer, number) => peer.send(tick('BTC-USD', number, number)),
    number: (line) => line.price_usd,
    toldOfBad: /a message that cannot be read/,
  },
  bluesky: {
    command: 'social',
    configure: (url) => `bluesky: {url: "${url}"}\ncoinbase: {enabled: false}\n`,
    greet(peer, say) {
      peer.greeted = () => setImmediate(say);
    },
    say: (peer, number) =>
      peer.send(post(Date.now() * 1000, `r${number}`, `bitcoin ${number}`, 'did:plc:someone')),
    number: (line) => Number(/(\d+)$/.exec(line.text)[1]),
  },
};

function run(t, feed, url, more = '') {
  const dir = scratch(t);
  const path = join(dir, 'ghostmarket.yaml');
  writeFileSync(path, `${feed.configure(url)}${more}`);
  const child = start(t, [feed.command, '--dry-run', '--config', path, '--data-dir', join(dir, 'data')],
    { env: { ...process.env, HF_TOKEN: secret } });
  const lines = () => child.out.split('\n').filter(Boolean).map((line) => JSON.parse(line));
  child.numbers = () => lines().filter((line) => line.ticker).map(feed.number);
  child.deadLetters = () => lines().filter((line) => line.reason).length;
  return child;
}

function checkLog(child) {
  assert.ok(!(child.log + child.out).includes(secret), child.log);
  for (const line of child.log.split('\n').filter(Boolean)) {
    assert.match(line, /^\d{4}-\d\d-\d\dT[\d:.]+Z (info|warn|debug) /, 'a line of our own');
    for (const c of line) assert.ok(c >= ' ', 'no control character');
  }
}

async function stop(child) {
  child.kill('SIGTERM');
  assert.deepEqual(await child.ended, { status: 0, signal: null });
  checkLog(child);
}

// A message that cannot be read is put aside, and the connection goes on.
async function passOver(t, feed, fault) {
  const server = await serve(t, (peer) => {
    feed.greet(peer, () => {
      feed.say(peer, 1);
      fault.harm(peer);
      feed.say(peer, 2);
    });
  });
  const child = run(t, feed, server.url);
  await until(() => child.numbers().includes(2), `what comes after the message: ${child.log}`, deadline_ms);
  assert.deepEqual(child.numbers(), [1, 2]);
  assert.equal(child.deadLetters(), 1);
  assert.equal(server.connections, 1);
  await stop(child);
}

// The source's first connection has the fault, the second one is fine.
async function meet(t, feed, fault, at) {
  let fault_ms;
  let again_ms;
  const harm = (peer) => {
    fault_ms = Date.now();
    peer.deaf = true;
    fault.harm(peer);
  };
  const server = await serve(t, (peer) => {
    if (fault_ms !== undefined) again_ms ??= Date.now();
    else if (at === 'handshake') {
      harm(peer);
      return 'silent';
    }
    const first = fault_ms === undefined;
    feed.greet(peer, () => {
      feed.say(peer, first ? 1 : 2);
      if (first) harm(peer);
    });
    return undefined;
  });
  const child = run(t, feed, `${server.url.replace('//', `//user:${secret}@`)}/?key=${secret}`);
  await until(() => child.numbers().includes(2), `what comes after the fault: ${child.log}`, deadline_ms);
  const told = await until(() => child.log.split('\n').find((line) => fault.told.test(line)), child.log, 10_000);
  assert.match(told, / warn .*; next try in \d+\.\d s$/);
  await until(() => /info .*: connected$/m.test(child.log), 'the line that says that it is fine again', 10_000);
  const waited_ms = again_ms - fault_ms;
  assert.ok(waited_ms >= Math.max(495, (fault.wait_s ?? 0) * 1000), `came back after ${waited_ms} ms`);
  assert.deepEqual([...new Set(child.numbers())], at === 'handshake' ? [2] : [1, 2]);
  await stop(child);
}

// What is no message of the source's, in good frames.
const badMessages = {
  html: '<!DOCTYPE html><html><body>Just a moment...</body></html>',
  cut: '{"type":"ticker","product_id":"BTC-',
  empty: '',
  list: '[]',
  control: '{"type":"\u001b[31m\\r\\n',
};

test('every feed meets every fault of a WebSocket', { concurrency: side_by_side }, async (t) => {
  const cases = Object.entries(feeds).flatMap(([name, feed]) => [
    ...Object.entries(handshakeFaults).map(([what, fault]) => [name, feed, 'handshake', what, fault]),
    ...Object.entries(streamFaults).map(([what, fault]) => [name, feed, 'stream', what, fault]),
    ...Object.entries(badMessages).map(([what, text]) =>
      [name, feed, 'message', what, { told: feed.toldOfBad, harm: (peer) => peer.send(text) }]),
  ]);
  // The slow ones first: all others pass while they wait.
  cases.sort((a, b) => Boolean(b[4].slow) - Boolean(a[4].slow));
  await Promise.all(cases.map(([name, feed, at, what, fault]) =>
    t.test(`${name} ${at} ${what}`, (sub) =>
      fault.told ? meet(sub, feed, fault, at) : passOver(sub, feed, fault))));
});

// What does not mend itself: told with what to do, tried again, and nothing comes of it.
async function cannot(t, feed, url, told, more = '') {
  const child = run(t, feed, url, more);
  const line = await until(() => child.log.split('\n').find((text) => told.test(text)), `${told} in the log`, deadline_ms);
  assert.match(line, / warn .*; next try in \d+\.\d s$/);
  assert.equal(child.out, '');
  await stop(child);
}

test('sources that cannot be reached or believed', { concurrency: side_by_side }, async (t) => {
  const certificates = makeCertificates(scratch(t));
  const ca = `feed: {ca_file: "${certificates.ca}"}\n`;
  await Promise.all(Object.entries(feeds).flatMap(([name, feed]) => {
    const secure = (sub) => serve(sub, (peer) => {
      feed.greet(peer, () => feed.say(peer, 1));
    }, certificates);
    return [
      t.test(`${name}: no such name`, (sub) => cannot(sub, feed, 'wss://no-such-host.invalid/', /resolve/)),
      t.test(`${name}: nobody listens`, (sub) => cannot(sub, feed, 'ws://127.0.0.1:9/', /connect/)),
      t.test(`${name}: an authority that nobody knows`, async (sub) => {
        const { url } = await secure(sub);
        await cannot(sub, feed, url.replace('localhost', '127.0.0.1'), /cannot prove who it is/);
      }),
      t.test(`${name}: a certificate of another name`, async (sub) => {
        const { url } = await secure(sub); // it is made for 127.0.0.1
        await cannot(sub, feed, url, /cannot prove who it is/, ca);
      }),
      t.test(`${name}: no TLS where it is due`, async (sub) => {
        const plain = await serve(sub, () => 503);
        await cannot(sub, feed, plain.url.replace('ws:', 'wss:'), /TLS|SSL/i);
      }),
      t.test(`${name}: the right certificate`, async (sub) => {
        const { url } = await secure(sub);
        const child = run(sub, feed, url.replace('localhost', '127.0.0.1'), ca);
        await until(() => child.numbers().includes(1), `an item: ${child.log}`, deadline_ms);
        await stop(child);
      }),
    ];
  }));
});
