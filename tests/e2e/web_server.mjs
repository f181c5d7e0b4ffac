// The web server alone (tests/unit/web/web_test_server.c), a session for it to show, and a browser.
// GM_WEB_TEST_SERVER names the program.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';

export class TestServer {
  // Ends with the test, so that a failed one does not wait for it.
  static async start(t, port = 0) {
    const program = process.env.GM_WEB_TEST_SERVER;
    if (!program) throw new Error('GM_WEB_TEST_SERVER must name the test server');
    const server = new TestServer();
    server.child = spawn(program, [String(port)], { stdio: ['pipe', 'pipe', 'inherit'] });
    t.after(() => server.child.kill('SIGKILL'));
    for await (const line of createInterface({ input: server.child.stdout })) {
      server.port = Number(line.split(' ')[1]);
      break;
    }
    if (!server.port) throw new Error('the test server did not start');
    server.url = `http://127.0.0.1:${server.port}`;
    server.nextId = 1;
    return server;
  }

  answer(path, value) {
    this.child.stdin.write(`answer ${path} ${JSON.stringify(value)}\n`);
  }

  publish(event, value) {
    this.child.stdin.write(`publish ${event} ${this.nextId++} ${value.ticker} ${JSON.stringify(value)}\n`);
  }

  async stop() {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.stdin.end();
    return ended;
  }
}

export const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);

export async function launchBrowser() {
  const { chromium: driver } = await import('playwright-core');
  return driver.launch({
    executablePath: chromium,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
}

// ------------------------------------------------------------------------- a session

export const START_MS = Date.parse('2026-02-21T10:00:00Z');
const at = (s) => new Date(START_MS + s * 1000).toISOString();

export const rule = {
  window_us: 300_000_000,
  cooldown_us: 600_000_000,
  momentum_min: 100,
  delta_price_max: 0.02,
};

function wave(s, ticker) {
  return Math.sin(s / 300 + ticker.length) * 0.6 + Math.sin(s / 47 + ticker.length * 2) * 0.3;
}

// The row of second `s`; the talk about the first ticker heats up in the last ten minutes.
export function signal(ticker, s, extra = {}) {
  const heat = ticker === 'bitcoin' ? Math.max(0, (s - 3000) / 600) : 0;
  const base = { bitcoin: 62450, gamestop: 39.36, dogecoin: 0.0821 }[ticker] ?? 10;
  const price = base * (1 + 0.004 * wave(s, ticker) + 0.002 * Math.sin(s / 13));
  const vibe = Math.max(-1, Math.min(1, 0.35 * wave(s * 1.7, ticker) + 0.4 * Math.sin(s) + heat * 0.7));
  const deltaVibe = 0.4 * Math.sin(s) + heat * 0.3;
  const velocity = Math.round(40 + 25 * wave(s / 2, ticker) + heat * 220);
  return {
    timestamp: at(s),
    ticker,
    price_usd: price,
    vibe_score: vibe,
    msg_velocity: velocity,
    delta_price: 0.004 * wave(s, ticker),
    delta_vibe: deltaVibe,
    hype_momentum: deltaVibe * velocity,
    alert_status: null,
    kind: s % 2 ? 'price' : 'social',
    value: s % 2 ? price : vibe,
    late: false,
    watermark: at(s),
    label: s % 2 ? null : 'positive',
    scorer: s % 2 ? null : 'lexicon',
    post_id: s % 2 ? null : `t1_${s}`,
    ...extra,
  };
}

export function alert(ticker, s) {
  return {
    timestamp: at(s),
    ticker,
    alert_status: 'IMMINENT_HYPE_PUMP',
    price_usd: 62450,
    vibe_score: 0.93,
    msg_velocity: 214,
    delta_price: 0.0041,
    delta_vibe: 0.62,
    hype_momentum: 132.7,
    threshold_momentum: 100,
    threshold_delta_price: 0.02,
  };
}

const TEXTS = [
  ['Diamond hands, this is going to the moon 🚀🚀 and nobody is watching yet', 0.91],
  ['Looks like a textbook bull trap to me, taking profits here.', -0.62],
  ['What time does the market open tomorrow?', 0],
  ['I just put my whole paycheck in. LFG!!!', 0.84],
  ['Rug pull incoming. The devs moved everything to a fresh wallet an hour ago and the chat is full of bots that repeat the same three sentences all over again; I have seen this before and it did not end well for anybody who stayed.', -0.95],
];

export function posts(ticker, s, count = 12) {
  return Array.from({ length: count }, (_, i) => {
    const [text, vibe] = TEXTS[i % TEXTS.length];
    return {
      timestamp: at(s - i * 17),
      ticker,
      id: `t1_${s - i}`,
      text,
      source: 'reddit',
      subreddit: 'wallstreetbets',
      author: `ape_${100 + i}`,
      url: `https://www.reddit.com/r/wallstreetbets/comments/${s - i}`,
      vibe,
      label: vibe > 0 ? 'positive' : vibe < 0 ? 'negative' : 'neutral',
      scorer: 'lexicon',
    };
  }).reverse();
}

export const health = {
  status: 'ok',
  version: '0.1.0',
  scorer: 'lexicon',
  scorer_note: 'no model installed',
  posts_waiting: 99,
  stages: ['prices', 'social', 'process', 'store', 'web', 'notify'].map((name) => ({
    name,
    state: 'running',
  })),
};

export const TICKERS = ['bitcoin', 'dogecoin', 'gamestop'];

// An hour up to second `end`.
export function fill(server, end = 3500) {
  server.answer(
    '/api/tickers',
    TICKERS.map((ticker) => ({ ...signal(ticker, end), rows: end, posts: end / 2, alerts: 0, rule })),
  );
  for (const ticker of TICKERS) {
    const rows = [];
    for (let s = 0; s <= end; s += 5) rows.push(signal(ticker, s));
    server.answer(`/api/signals?${ticker}`, rows);
    server.answer(`/api/posts?${ticker}`, posts(ticker, end));
  }
  server.answer('/api/alerts', []);
  server.answer('/api/health', health);
}
