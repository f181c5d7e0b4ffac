// Deliveries of other programs: what is acknowledged is on the bus, once, through a crash; what is
// wrong is told by line; a full log sends the sender away.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { exportRows, gm, pageOf, scratch, start, until } from './lib.mjs';

const token = 'a-token-of-tests-0123456789';
const environment = { ...process.env, GHOSTMARKET_WEB_PORT: '0', GHOSTMARKET_INGEST_TOKEN: token };

function run(t, data, more = {}) {
  return start(t, ['run', '--no-feeds', '--data-dir', data], { env: { ...environment, ...more } });
}

async function post(page, path, body, { headers = {}, auth = `Bearer ${token}` } = {}) {
  const response = await fetch(page + path, {
    method: 'POST', body, headers: { authorization: auth, ...headers }, duplex: 'half' });
  return { status: response.status, headers: response.headers, answer: await response.json() };
}

const lines = (...objects) => objects.map((o) => JSON.stringify(o)).join('\n');

test('what is acknowledged becomes rows, once, through a crash', async (t) => {
  const data = join(scratch(t), 'data');
  const killed = run(t, data);
  const page = await pageOf(killed);
  const posts = [];
  for (let i = 0; i < 50; i++)
    posts.push({ id: `${i}`, source: 'telegram', text: `bitcoin to the moon ${i}`, author: 'anna' });
  const first = await post(page, '/ingest/social', lines(...posts));
  assert.deepEqual(first.answer, { accepted: 50, duplicates: 0, unmatched: 0, rejected: [] });
  assert.equal(first.status, 200);
  const alert = '{"ticker": "gamestop", "price_usd": 25.5, "source": "tradingview"}';
  const keyed = { headers: { 'Idempotency-Key': 'alert-1' } };
  assert.equal((await post(page, '/ingest/prices', alert, keyed)).answer.accepted, 1);
  killed.kill('SIGKILL');
  await killed.ended;

  const again = run(t, data);
  const there = await pageOf(again);
  assert.deepEqual((await post(there, '/ingest/social', lines(...posts))).answer,
    { accepted: 50, duplicates: 50, unmatched: 0, rejected: [] });
  assert.equal((await post(there, '/ingest/prices', alert, keyed)).answer.duplicates, 1);
  assert.equal((await post(there, '/ingest/prices', '{"ticker":"gamestop","price_usd":1}', keyed))
    .status, 422);
  const rows = await until(() => {
    const all = exportRows(data);
    return all.length >= 51 && all;
  }, 'rows of everything that was acknowledged');
  assert.equal(rows.length, 51);
  const prices = rows.filter((r) => r.kind === 'price');
  assert.deepEqual(prices.map((r) => [r.ticker, r.price_usd]), [['gamestop', 25.5]]);
  assert.deepEqual(new Set(rows.filter((r) => r.kind === 'social').map((r) => r.post_id)),
    new Set(posts.map((p) => p.id)));
  const stored = exportRows(data, 'posts');
  assert.equal(stored[0].source, 'telegram');
  assert.equal(stored[0].author, 'anna');
  const metrics = await (await fetch(`${there}/metrics`)).text();
  assert.match(metrics, /^ghostmarket_ingest_lines_total\{outcome="duplicate"\} 51$/m);
  again.kill('SIGTERM');
  assert.equal((await again.ended).status, 0, again.log);
  assert.ok(!again.log.includes(token));
});

test('faults are told by line, and the rest is taken', async (t) => {
  const data = join(scratch(t), 'data');
  const child = run(t, data);
  const page = await pageOf(child);
  const body = '{"text":"btc and $DOGE"}\n{"text":"nothing"}\n{"ticker":"tesla","text":"x"}\nrubbish\n';
  const { status, answer } = await post(page, '/ingest/social', body);
  assert.equal(status, 207);
  assert.equal(answer.accepted, 1);
  assert.equal(answer.unmatched, 1);
  assert.deepEqual(answer.rejected.map((r) => r.line), [3, 4]);
  assert.equal(answer.rejected[0].error, 'ticker: "tesla" is not followed');
  assert.equal((await post(page, '/ingest/prices', 'rubbish')).status, 422);
  assert.equal((await post(page, '/ingest/prices', '')).status, 422);
  assert.equal((await post(page, '/ingest/social', body, { auth: 'Bearer wrong' })).status, 401);
  assert.equal((await post(page, '/ingest/social', body,
    { headers: { origin: 'http://evil.example' } })).status, 403);
  // A stream is sent in chunks.
  const streamed = new ReadableStream({
    start(controller) {
      for (const part of ['{"text":', '"btc"}\n', '{"text":"#dogecoin"}'])
        controller.enqueue(new TextEncoder().encode(part));
      controller.close();
    },
  });
  assert.equal((await post(page, '/ingest/social', streamed)).answer.accepted, 2);
  await until(() => exportRows(data).length === 4, 'a row for each post and ticker');
});

test('a full log sends the sender away, and the program goes on', async (t) => {
  const data = join(scratch(t), 'data');
  const child = run(t, data, { GHOSTMARKET_BUS_SIZE_MAX: '16MiB' });
  const page = await pageOf(child);
  const text = `bitcoin ${'x'.repeat(200_000)}`;
  let full;
  for (let i = 0; !full && i < 200; i++) {
    const reply = await post(page, '/ingest/social', lines({ id: `${i}`, text }));
    if (reply.status !== 200) full = reply;
  }
  assert.equal(full.status, 503);
  assert.ok(Number(full.headers.get('retry-after')) > 0);
  assert.match(full.answer.error, /bus\.size_max|full/);
  assert.equal((await fetch(`${page}/healthz`)).status, 200);
  child.kill('SIGTERM');
  assert.equal((await child.ended).status, 0, child.log);
});

test('a token that can be guessed is refused, and without one nothing is taken', async (t) => {
  const data = join(scratch(t), 'data');
  const short = gm(['run', '--no-feeds', '--data-dir', data],
    { env: { ...environment, GHOSTMARKET_INGEST_TOKEN: 'short' } });
  assert.equal(short.status, 2);
  assert.match(short.stderr, /ingest\.token: must have 16 characters/);
  assert.ok(!short.stderr.includes('"short"'));
  const child = run(t, data, { GHOSTMARKET_INGEST_TOKEN: undefined });
  const reply = await post(await pageOf(child), '/ingest/social', '{"text":"btc"}');
  assert.equal(reply.status, 404);
  assert.match(reply.answer.error, /ingest\.token/);
});
