// The running pipeline from outside: fed by another process, asked over HTTP, exported while it
// runs, stopped by a signal.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { exportRows, exportText, gm, makeRecording, ok, pageOf, replay, scratch, start, until }
  from './lib.mjs';

const anyPort = { ...process.env, GHOSTMARKET_WEB_PORT: '0' };

test('run, a replay beside it, the API, exports, a clean stop', async (t) => {
  const dir = scratch(t);
  const data = join(dir, 'data');
  const recording = makeRecording(dir, 6_000, 21);
  const running = start(t, ['run', '--data-dir', data], { env: anyPort });
  const page = await pageOf(running);
  const summary = JSON.parse(ok(replay(recording, data)).stdout);
  assert.equal(summary.elsewhere, true);
  assert.equal(summary.prices + summary.posts, 6_000);

  const text = exportText(data);
  const rows = exportRows(data);
  assert.equal(rows.length, 6_000, 'a replay ends when every row is committed');
  const csv = ok(['export', '--data-dir', data, '--format', 'csv']).stdout.trim().split('\n');
  assert.equal(csv.length, 6_001);
  assert.ok(csv[0].startsWith('timestamp,ticker,price_usd,vibe_score,msg_velocity'));
  const parquet = join(dir, 'rows.parquet');
  ok(['export', '--data-dir', data, '--format', 'parquet', '--output', parquet]);
  assert.equal(readFileSync(parquet).subarray(0, 4).toString(), 'PAR1');

  const get = async (path) => {
    const response = await fetch(page + path);
    return { status: response.status, body: await response.text() };
  };
  const tickers = JSON.parse((await get('/api/tickers')).body);
  assert.deepEqual(tickers.map((r) => r.ticker), ['bitcoin', 'dogecoin', 'gamestop']);
  assert.equal(tickers.reduce((sum, r) => sum + r.rows, 0), 6_000);
  assert.equal(tickers[0].rule.momentum_min, 100);
  const signals = JSON.parse((await get('/api/signals?ticker=bitcoin&limit=10')).body);
  assert.equal(signals.length, 10);
  const newest = rows.filter((r) => r.ticker === 'bitcoin').at(-1);
  assert.deepEqual(signals.at(-1).hype_momentum, newest.hype_momentum);
  const posts = JSON.parse((await get('/api/posts?ticker=gamestop&limit=5')).body);
  assert.equal(posts.length, 5);
  assert.equal(typeof posts[0].vibe, 'number');
  const history = JSON.parse((await get('/api/history?ticker=bitcoin&span=86400&points=100')).body);
  assert.equal(history.newest, signals.at(-1).timestamp);
  assert.equal(history.rule.momentum_min, 100);
  const column = (name) => history.columns.indexOf(name);
  const seen = rows.filter((r) => r.ticker === 'bitcoin' && !r.late
    && Date.parse(r.timestamp) >= Date.parse(history.from));
  assert.equal(history.buckets.reduce((sum, b) => sum + b[column('rows')], 0), seen.length);
  assert.equal(Math.max(...history.buckets.map((b) => b[column('momentum_max')])),
    Math.max(...seen.map((r) => r.hype_momentum ?? -Infinity)));
  assert.equal(JSON.parse((await get('/api/sparklines')).body).tickers.length, 3);
  const telling = JSON.parse((await get('/api/posts?ticker=bitcoin&order=telling&limit=5')).body);
  assert.deepEqual(telling.map((p) => Math.abs(p.vibe)),
    telling.map((p) => Math.abs(p.vibe)).sort((a, b) => b - a));
  assert.equal(JSON.parse((await get('/api/outcomes')).body).outcomes.length, 3);
  const file = await fetch(`${page}/api/export?table=signals&format=csv&ticker=bitcoin`);
  assert.equal(file.headers.get('content-disposition'),
    'attachment; filename="ghostmarket-bitcoin-signals.csv"');
  assert.match(file.headers.get('content-type'), /^text\/csv/);
  assert.equal((await file.text()).trim().split('\n').length,
    1 + rows.filter((r) => r.ticker === 'bitcoin').length);
  assert.equal((await get('/api/export?table=history&format=parquet')).status, 400);
  const health = JSON.parse((await get('/api/health')).body);
  assert.equal(health.status, 'ok');
  assert.equal(health.scorer, 'lexicon');
  assert.equal(health.scorer_note, 'no model installed');
  assert.equal(health.posts_waiting, 0);
  assert.equal(health.lag_messages, 0);
  assert.equal(typeof health.rows_per_second, 'number');
  assert.ok(Math.abs(Date.now() - Date.parse(health.last_commit)) < 600_000);
  assert.ok(health.groups.every((g) => g.lag === 0));
  assert.equal((await get('/healthz')).status, 200);
  assert.equal((await get('/api/signals?ticker=nosuch')).status, 404);
  // The lag of a group is measured once a second.
  const measured = async () => (await get('/metrics')).body.includes('ghostmarket_group_lag_messages');
  await until(measured, 'the lag of the groups');
  const metrics = (await get('/metrics')).body;
  for (const name of ['ghostmarket_signals_total', 'ghostmarket_scored_texts_total',
    'ghostmarket_commit_seconds_bucket', 'ghostmarket_dead_letters_total'])
    assert.ok(metrics.includes(name), name);

  const second = gm(['run', '--data-dir', data], { env: anyPort });
  assert.equal(second.status, 1);
  assert.match(second.stderr, new RegExp(`process ${running.pid}`));

  running.kill('SIGTERM');
  assert.deepEqual(await running.ended, { status: 0, signal: null });
  assert.equal(existsSync(join(data, 'control.sock')), false);
  assert.ok(exportText(data) === text, 'the same rows without the running process');
});

test('process and serve as two processes give the rows of one', async (t) => {
  const dir = scratch(t);
  const data = join(dir, 'data');
  const recording = makeRecording(dir, 4_000, 22);
  ok(replay(recording, join(dir, 'alone')));
  const serve = start(t, ['serve', '--data-dir', data], { env: anyPort });
  await pageOf(serve);
  const first = start(t, ['process', '--data-dir', data]);
  await until(() => /windows rebuilt/.test(first.log), 'the first process to own the partitions');
  const standby = start(t, ['process', '--data-dir', data]);
  const feeding = start(t, replay(recording, data, ['--speed', '400']));
  await until(() => /windows rebuilt/.test(first.log) && exportRows(data).length > 100,
    'rows to arrive');
  first.kill('SIGKILL');
  await until(() => /windows rebuilt/.test(standby.log), 'the second process to take over');
  assert.deepEqual(await feeding.ended, { status: 0, signal: null });
  assert.ok(exportText(data) === exportText(join(dir, 'alone')), 'the rows of one process');
});

test('the stream gives what is committed, and goes on where a reader left', async (t) => {
  const dir = scratch(t);
  const data = join(dir, 'data');
  const running = start(t, ['run', '--data-dir', data], { env: anyPort });
  const page = await pageOf(running);
  const read = async (headers, count) => {
    const abort = new AbortController();
    const response = await fetch(`${page}/api/stream`, { headers, signal: abort.signal });
    assert.match(response.headers.get('content-type'), /text\/event-stream/);
    const events = [];
    let text = '';
    for await (const chunk of response.body) {
      text += Buffer.from(chunk).toString();
      for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) {
        const event = Object.fromEntries(text.slice(0, end).split('\n').filter((l) => /^\w/.test(l))
          .map((l) => [l.slice(0, l.indexOf(':')), l.slice(l.indexOf(':') + 1).trim()]));
        if (event.event === 'signal') events.push(event);
      }
      if (events.length >= count) break;
    }
    abort.abort();
    return events;
  };
  const told = await fetch(`${page}/api/stream`);
  let begin = '';
  for await (const chunk of told.body) {
    begin += Buffer.from(chunk).toString();
    if (/^event: status\ndata: .*\n\n/m.test(begin)) break;
  }
  const status = JSON.parse(/^event: status\ndata: (.*)$/m.exec(begin)[1]);
  assert.equal(status.status, 'ok');
  assert.ok(Array.isArray(status.feeds));
  const reading = read({}, 500);
  await until(async () => /clients\S* [1-9]/.test(await (await fetch(`${page}/metrics`)).text()),
    'the reader to be counted');
  ok(replay(makeRecording(dir, 500, 23), data));
  const all = await reading;
  assert.equal(all.length, 500);
  const rows = exportRows(data);
  all.forEach((event, i) => {
    const signal = JSON.parse(event.data);
    assert.equal(signal.hype_momentum, rows[i].hype_momentum);
    assert.equal(signal.offset, rows[i].input_offset);
  });
  const rest = await read({ 'Last-Event-ID': all[399].id }, 100);
  assert.deepEqual(rest.map((e) => e.id), all.slice(400).map((e) => e.id));
});

test('a writer that nobody may see: the data directory is the owner\'s', (t) => {
  const dir = scratch(t);
  const data = join(dir, 'data');
  ok(replay(makeRecording(dir, 10, 24), data));
  assert.equal(statSync(data).mode & 0o007, 0);
});

test('each alert goes to the configured command, also over a restart', async (t) => {
  const dir = scratch(t);
  const data = join(dir, 'data');
  const told = join(dir, 'told.jsonl');
  const config = join(dir, 'c.yaml');
  writeFileSync(config, `notify:\n  command: [sh, -c, 'cat >> ${told}; echo >> ${told}']\n`);
  const args = ['run', '--config', config, '--data-dir', data];
  let running = start(t, args, { env: anyPort });
  await pageOf(running);
  ok(replay(makeRecording(dir, 20_000, 25), data));
  const alerts = exportRows(data, 'alerts');
  assert.ok(alerts.length >= 3);
  const lines = () => (existsSync(told) ? readFileSync(told, 'utf8').split('\n').filter(Boolean) : []);
  await until(() => lines().length >= 2, 'some to be told');
  running.kill('SIGTERM');
  assert.equal((await running.ended).status, 0);
  running = start(t, args, { env: anyPort });
  await until(() => lines().length >= alerts.length, 'all to be told');
  // A stop in the middle of telling may tell one alert twice, never lose it.
  const names = lines().map((line) => JSON.parse(line)).map((a) => `${a.topic}/${a.offset}`)
    .filter((name, i, all) => name !== all[i - 1]);
  assert.deepEqual(names, alerts.map((a) => `${a.input_topic}/${a.input_offset}`));
});
