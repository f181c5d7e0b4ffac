// The page's pure modules, without a browser.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';

import esbuild from 'esbuild';

async function load(name) {
  const { outputFiles } = await esbuild.build({
    entryPoints: [path.join(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../../ui/src', name)],
    bundle: true,
    write: false,
    format: 'esm',
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

const { Grid, Series, stepFor } = await load('series.ts');
const { readAlert, readLink, readList, readSignal } = await load('types.ts');
const format = await load('format.ts');

test('a line is strictly ascending, and the last value of a step wins', () => {
  const series = new Series();
  assert.deepEqual(series.put(10, 1), { time: 10, value: 1 });
  assert.deepEqual(series.put(10, 2), { time: 10, value: 2 });
  assert.deepEqual(series.put(12, 3), { time: 12, value: 3 });
  assert.equal(series.put(11, 4), null);
  assert.deepEqual(series.points, [{ time: 10, value: 2 }, { time: 12, value: 3 }]);
});

test('a grid is even, has every step once, and says when it is too fine', () => {
  const grid = new Grid(100);
  assert.deepEqual(grid.extend(1000.9), [1000]);
  assert.deepEqual(grid.extend(1000.2), []);
  assert.deepEqual(grid.extend(1003), [1001, 1002, 1003]);
  assert.equal(grid.extend(1101), null);
  grid.cover(1000, 1101);
  assert.equal(grid.step, 5);
  assert.equal(grid.times()[0], 1000);
  assert.equal(grid.times().at(-1), 1100);
  assert.deepEqual(grid.extend(1109), [1105]);
  assert.equal(grid.times().length, 22);
});

test('steps are what a person would choose', () => {
  assert.equal(stepFor(0, 2000), 1);
  assert.equal(stepFor(2000, 2000), 1);
  assert.equal(stepFor(2001, 2000), 2);
  assert.equal(stepFor(14 * 86400, 2000), 900);
  assert.equal(stepFor(30 * 365 * 86400, 2000), 6 * 86400);
});

test('what comes over the network is looked at', () => {
  assert.equal(readSignal(null), null);
  assert.equal(readSignal({ ticker: 'a' }), null);
  assert.equal(readSignal({ ticker: 'a', timestamp: 'x' }), null);
  const signal = readSignal({ ticker: 'a', timestamp: '2026-02-21T10:00:00.5Z', price_usd: 'x', vibe_score: null });
  assert.equal(signal.timeMs, Date.UTC(2026, 1, 21, 10, 0, 0, 500));
  assert.equal(signal.watermarkMs, signal.timeMs);
  assert.equal(signal.price, null);
  assert.equal(signal.alert, false);
  assert.equal(readAlert([]), null);
  assert.deepEqual(readList({}, readSignal), []);
  assert.equal(readList([1, null, { ticker: 'a', timestamp: '2026-02-21T10:00:00Z' }], readSignal).length, 1);
  assert.equal(readLink('https://example.com/a b'), 'https://example.com/a%20b');
  for (const link of ['javascript:alert(1)', ' javascript:alert(1)', 'data:text/html,x', '//example.com', 'file:///etc', 5, '']) {
    assert.equal(readLink(link), null);
  }
});

test('numbers read well at every size', () => {
  assert.equal(format.price(62450), '$62,450.00');
  assert.equal(format.price(0.00001234), '$0.00001234');
  assert.equal(format.price(null), '–');
  assert.equal(format.percent(-0.0142), '\u22121.42\u202f%');
  assert.equal(format.vibe(0.5), '+0.50');
  assert.equal(format.amount(-12.34), '\u221212.3');
  assert.equal(format.duration(300000), '5 min');
  assert.equal(format.duration(90000), '1 min 30 s');
  assert.equal(format.direction(-0.2), 'down');
});
