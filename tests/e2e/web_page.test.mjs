// The page in a real browser against the real web server, fed by hand.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import {
  alert,
  chromium,
  fill,
  health,
  launchBrowser,
  posts,
  signal,
  START_MS,
  TestServer,
} from './web_server.mjs';

const options = { skip: chromium ? false : 'no Chromium', timeout: 60_000 };
let browser;

before(async () => {
  if (chromium) browser = await launchBrowser();
});
after(() => browser?.close());

// A page whose every complaint, and every request beyond the server, fails the test.
async function open(server, { path = '/', ...context } = {}) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, ...context });
  page.complaints = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) page.complaints.push(message.text());
  });
  page.on('pageerror', (error) => page.complaints.push(String(error)));
  page.on('request', (request) => {
    if (!/^(data:|blob:)/.test(request.url()) && !request.url().startsWith(server.url))
      page.complaints.push(`request to ${request.url()}`);
  });
  await page.goto(server.url + path);
  return page;
}

async function text(page, selector, expected) {
  await page
    .waitForFunction(
      ([css, source]) => new RegExp(source).test(document.querySelector(css)?.textContent ?? ''),
      [selector, expected.source],
      { timeout: 10_000 },
    )
    .catch(async () => {
      assert.match((await page.textContent(selector)) ?? '', expected);
    });
}

const live = (page) => text(page, '#connection', /^live$/);

test('shows what is stored, then what happens', options, async (t) => {
  const server = await TestServer.start(t);
  fill(server);
  const page = await open(server);
  await live(page);
  await page.locator('.ticker').nth(2).waitFor();
  assert.equal(await page.locator('.ticker').count(), 3);
  await text(page, '#chart-title', /^bitcoin$/);
  await text(page, '#price', /^\$62,/);
  await text(page, '#scorer', /^scorer: lexicon — no model installed$/);
  await text(page, '#health-summary', /^pipeline ok$/);
  await text(page, '#momentum-note', /alert above 100/);
  await page.locator('#posts .post').nth(11).waitFor();
  assert.equal(await page.locator('#posts .post').count(), 12);
  assert.ok(await page.locator('#banner').isHidden());

  server.publish('signal', signal('bitcoin', 3501, { price_usd: 70000.5, msg_velocity: 4321 }));
  await text(page, '#price', /^\$70,000\.50$/);
  await text(page, '#velocity', /^4,321$/);

  // Another ticker's event changes its row of the list and nothing else.
  server.publish('signal', signal('gamestop', 3501, { price_usd: 500 }));
  await text(page, '.ticker:has-text("gamestop") .price'.replace(':has-text("gamestop")', ':nth-child(1)'), /./);
  await page.getByRole('button', { name: 'gamestop' }).getByText('$500.00').waitFor();
  await text(page, '#price', /^\$70,000\.50$/);

  // A late one changes nothing at all.
  server.publish('signal', signal('bitcoin', 100, { price_usd: 1, late: true, watermark: signal('bitcoin', 3501).timestamp }));
  server.publish('signal', signal('bitcoin', 3502, { price_usd: 70001 }));
  await text(page, '#price', /^\$70,001\.00$/);

  await page.getByRole('button', { name: 'dogecoin' }).click();
  await text(page, '#price', /^\$0\.08/);
  assert.match(page.url(), /\?ticker=dogecoin$/);
  assert.deepEqual(page.complaints, []);
  await page.close();
  assert.equal(await server.stop(), 0);
});

test('an alert flashes, names the ticker and leads to it', options, async (t) => {
  const server = await TestServer.start(t);
  fill(server);
  const page = await open(server, { path: '/?ticker=gamestop' });
  await live(page);
  await text(page, '#chart-title', /^gamestop$/);
  server.publish('signal', signal('bitcoin', 3501, { alert_status: 'IMMINENT_HYPE_PUMP' }));
  server.publish('alert', alert('bitcoin', 3501));
  const banner = page.getByRole('alert');
  await banner.getByText('imminent hype pump').waitFor();
  const said = await banner.innerText();
  assert.match(said, /BITCOIN|bitcoin/);
  assert.match(said, /momentum 133/);
  assert.match(said, /price \+0\.41/);
  assert.equal(await page.locator('#banner').evaluate((e) => getComputedStyle(e).animationName), 'flash');
  await page.locator('.ticker[data-alert="yes"] .badge').waitFor();
  await banner.getByRole('button', { name: 'Show' }).click();
  await text(page, '#chart-title', /^bitcoin$/);
  await banner.getByRole('button', { name: 'Dismiss' }).click();
  assert.ok(await page.locator('#banner').isHidden());
  assert.deepEqual(page.complaints, []);

  // Who asks for less motion gets a banner that stands still.
  const calm = await open(server, { reducedMotion: 'reduce' });
  await live(calm);
  server.publish('alert', alert('dogecoin', 3510));
  await calm.locator('#banner').waitFor();
  assert.equal(await calm.locator('#banner').evaluate((e) => getComputedStyle(e).animationName), 'none');
  await calm.close();
  await page.close();
  await server.stop();
});

test('hostile posts stay text', options, async (t) => {
  const server = await TestServer.start(t);
  fill(server);
  const hostile = posts('bitcoin', 3400, 4);
  hostile[0].text = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
  hostile[0].url = 'javascript:window.hacked=1';
  hostile[1].author = '"><svg onload=window.hacked=1>';
  hostile[1].url = 'data:text/html,<script>window.hacked=1</script>';
  hostile[2].text = '\u202Eevil ' + 'x'.repeat(5000);
  hostile[2].url = 'https://example.com/"onmouseover="window.hacked=1';
  server.answer('/api/posts?bitcoin', hostile);
  const page = await open(server);
  await live(page);
  await page.locator('#posts').getByText('<img src=x onerror').waitFor();
  assert.equal(await page.locator('#posts img, #posts script, #posts svg').count(), 0);
  const links = await page.locator('#posts a').evaluateAll((all) => all.map((a) => [a.href, a.rel]));
  assert.equal(links.length, 2);
  for (const [href, rel] of links) {
    assert.match(href, /^https:\/\//);
    assert.equal(rel, 'noopener noreferrer');
  }
  // The policy holds for whatever might slip through.
  const blocked = await page.evaluate(async () => {
    const violation = new Promise((resolve) =>
      document.addEventListener('securitypolicyviolation', (e) => resolve(e.violatedDirective)),
    );
    const script = document.createElement('script');
    script.textContent = 'window.hacked = 1';
    document.body.append(script);
    return violation;
  });
  assert.match(blocked, /^script-src/);
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, `the page is ${overflow} px too wide`);
  await page.close();
  await server.stop();
});

test('comes back after the server was away, without a gap', options, async (t) => {
  const server = await TestServer.start(t);
  fill(server);
  const page = await open(server);
  await live(page);
  server.publish('signal', signal('bitcoin', 3501, { price_usd: 65001 }));
  await text(page, '#price', /^\$65,001\.00$/);
  await server.stop();
  await text(page, '#connection', /^reconnecting$/);

  const again = await TestServer.start(t, server.port);
  fill(again, 3560);
  again.nextId = 100;
  await live(page);
  // What happened in between comes from the store.
  const expected = signal('bitcoin', 3560).price_usd.toLocaleString('en-US', { maximumFractionDigits: 2, minimumFractionDigits: 2 });
  await text(page, '#price', new RegExp(`^\\$${expected.replace('.', '\\.')}$`));
  again.publish('signal', signal('bitcoin', 3570, { price_usd: 66002 }));
  await text(page, '#price', /^\$66,002\.00$/);
  await page.close();
  await again.stop();
});

test('says so when there is nothing yet, and when something is wrong', options, async (t) => {
  const server = await TestServer.start(t);
  server.answer('/api/tickers', []);
  server.answer('/api/alerts', []);
  server.answer('/api/health', {
    ...health,
    status: 'degraded',
    scorer: 'finbert-int8',
    scorer_note: 'int8, avx2, 2 threads',
    posts_waiting: 1234,
    stages: [...health.stages.slice(0, 3), { name: 'store', state: 'stopped' }],
  });
  const page = await open(server);
  await live(page);
  await text(page, '#scorer', /^scorer: finbert-int8 — int8, avx2, 2 threads; 1,234 posts wait for it$/);
  await text(page, '#chart-note', /^Waiting for the first event\.$/);
  await text(page, '#health-summary', /^pipeline degraded: store$/);
  assert.ok(await page.locator('#tickers-empty').isVisible());
  assert.deepEqual(page.complaints, []);

  // The first event brings its ticker; its history cannot be loaded, and then can.
  server.publish('signal', signal('bitcoin', 10));
  await text(page, '#chart-title', /^bitcoin$/);
  await text(page, '#chart-note', /History cannot be loaded: no answer is set/);
  server.answer('/api/signals', [signal('bitcoin', 10)]);
  await page.locator('#chart-note').waitFor({ state: 'hidden' });
  assert.ok(await page.locator('#tickers-empty').isHidden());
  await page.close();
  await server.stop();
});

test('keeps up with a thousand events a second', options, async (t) => {
  const server = await TestServer.start(t);
  fill(server);
  const page = await open(server);
  await live(page);
  for (let batch = 0; batch < 50; batch++) {
    for (let i = 0; i < 100; i++) {
      const s = 3501 + (batch * 100 + i) / 100;
      server.publish('signal', signal('bitcoin', s, { price_usd: 60000 + batch * 100 + i }));
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await text(page, '#price', /^\$64,999\.00$/);
  assert.deepEqual(page.complaints, []);
  await page.close();
  await server.stop();
});

// With GM_SCREENSHOTS=DIR: pictures of the page to look at.
test('pictures', { ...options, skip: options.skip || !process.env.GM_SCREENSHOTS }, async (t) => {
  const server = await TestServer.start(t);
  fill(server);
  const looks = [
    ['dark', { colorScheme: 'dark' }],
    ['light', { colorScheme: 'light' }],
    ['tablet', { colorScheme: 'dark', viewport: { width: 820, height: 1180 } }],
    ['phone', { colorScheme: 'dark', viewport: { width: 390, height: 844 }, isMobile: true }],
    ['phone-light', { colorScheme: 'light', viewport: { width: 390, height: 844 }, isMobile: true }],
    ['4k', { colorScheme: 'dark', viewport: { width: 3840, height: 2160 } }],
  ];
  const pages = [];
  for (const [name, context] of looks) {
    const page = await open(server, { reducedMotion: 'reduce', ...context });
    await live(page);
    await page.locator('#chart-note').waitFor({ state: 'hidden' });
    pages.push([name, page]);
  }
  for (let s = 3501; s < 3520; s++) server.publish('signal', signal('bitcoin', s));
  server.publish('signal', signal('bitcoin', 3520, { alert_status: 'IMMINENT_HYPE_PUMP', hype_momentum: 132.7 }));
  server.publish('alert', alert('bitcoin', 3520));
  for (let s = 3521; s < 3560; s++) server.publish('signal', signal('bitcoin', s));
  assert.ok(START_MS > 0);
  for (const [name, page] of pages) {
    await page.locator('#banner').waitFor();
    await text(page, '#last-event', /59:19|19$/);
    await page.screenshot({ path: `${process.env.GM_SCREENSHOTS}/${name}.png`, fullPage: name.startsWith('phone') });
    await page.close();
  }
  await server.stop();
});
