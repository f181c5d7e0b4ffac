// Faults below the program: a full disk, a read-only folder, damaged files. A clear error or a wait,
// and afterwards nothing is lost.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { exportRows, exportText, gm, makeRecording, mount, ok, replay, scratch, start,
  until } from './lib.mjs';

const isRoot = process.getuid() === 0;
const needsRoot = isRoot ? false : 'mounting needs root';

test('a full disk stops nothing for good: room is made, and every row is there',
  { skip: needsRoot }, async (t) => {
    const dir = scratch(t);
    const small = mount(t, 'size=48m');
    if (!small) return;
    const recording = makeRecording(dir, 60_000, 31);
    ok(replay(recording, join(dir, 'calm')));
    const filler = join(small, 'filler');
    writeFileSync(filler, Buffer.alloc(30 << 20));
    const running = start(t, replay(recording, join(small, 'data')));
    const what = await Promise.race([
      until(() => /(full|No space)[^]*trying again/i.test(running.log), 'word of the full disk'),
      running.ended,
    ]);
    assert.equal(what, true, `ended: ${JSON.stringify(what)} ${running.log}`);
    rmSync(filler);
    spawnSync('mount', ['-o', 'remount,size=1g', small]);
    const ended = await running.ended;
    assert.equal(ended.status, 0, running.log);
    assert.ok(exportText(join(small, 'data')) === exportText(join(dir, 'calm')), 'every row');
  });

test('a read-only data directory is told at the start', { skip: needsRoot }, (t) => {
  const dir = scratch(t);
  const folder = mount(t, 'ro');
  if (!folder) return;
  const { prices } = makeRecording(dir, 10, 33);
  for (const command of [['run'], ['replay', '--prices', prices]]) {
    const result = gm([...command, '--data-dir', join(folder, 'data')]);
    assert.equal(result.status, 1);
    assert.match(result.stderr, /mount-\w+\/data/);
    assert.match(result.stderr, /[Rr]ead-only/);
  }
});

test('a damaged database or log is named, with what to do, and left as it is', (t) => {
  const dir = scratch(t);
  const recording = makeRecording(dir, 200, 32);
  const damage = (name, pick, how) => {
    const data = join(dir, name);
    ok(replay(recording, data));
    const path = pick(data);
    how(path);
    const before = statSync(path).size;
    const result = gm(replay(recording, data));
    assert.equal(result.status, 1, `${name}: ${result.stderr}`);
    assert.ok(result.stderr.includes(path), `${name}: ${result.stderr}`);
    assert.equal(statSync(path).size, before, `${name}: left as it is`);
  };
  const database = (data) => join(data, 'ghostmarket.duckdb');
  const log = (data) => join(data, 'log', readdirSync(join(data, 'log')).find((f) => f === 'data.mdb'));
  damage('database-rubbish', database, (p) => writeFileSync(p, 'x'.repeat(100_000)));
  damage('database-cut', database, (p) => truncateSync(p, 5_000));
  damage('log-rubbish', log, (p) => writeFileSync(p, Buffer.alloc(65_536, 0xa5)));
  damage('log-cut', log, (p) => truncateSync(p, 4_096));
});

test('a database that somebody else has open is told with the process', async (t) => {
  const dir = scratch(t);
  const data = join(dir, 'data');
  const first = start(t, ['serve', '--data-dir', data],
    { env: { ...process.env, GHOSTMARKET_WEB_PORT: '0' } });
  await until(() => /page on/.test(first.log), 'the first to be up');
  const second = gm(['serve', '--data-dir', data]);
  assert.equal(second.status, 1);
  assert.match(second.stderr, new RegExp(`process ${first.pid}`));
});

test('a log that was moved away: the next one goes on, and no row is lost or taken twice', (t) => {
  const dir = scratch(t);
  const data = join(dir, 'data');
  const first = makeRecording(dir, 300, 34);
  ok(replay(first, data));
  const before = exportRows(data);
  rmSync(join(data, 'log'), { recursive: true });
  const other = join(dir, 'other');
  mkdirSync(other);
  ok(replay(makeRecording(other, 200, 35), data));
  const after = exportRows(data);
  assert.equal(after.length, 500);
  assert.deepEqual(after.slice(0, 300), before);
  assert.equal(exportRows(data, 'posts').length, after.filter((r) => r.kind === 'social').length);
});
