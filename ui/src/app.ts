// The page: loads what is stored, then follows the stream.
//
// Events are gathered and shown once a frame (once a second while the tab is hidden), so that a
// thousand a second cost no more than the newest.
import './app.css';

import { ask, ApiError } from './api';
import { Banner } from './banner';
import { Chart } from './chart';
import { byId, setText } from './dom';
import { Figures } from './figures';
import { Gauge } from './gauge';
import { showPosts, showPostsError } from './posts';
import { showConnection, showHealth } from './status';
import { Stream } from './stream';
import { isOnAlert, TickerList } from './tickers';
import {
  readAlert,
  readHealth,
  readList,
  readPost,
  readSignal,
  readTicker,
  type Alert,
  type Rule,
  type Signal,
  type Ticker,
} from './types';

const POINTS = 2000;
const POSTS = 50;
const POSTS_EVERY_MS = 2_500;
const HEALTH_EVERY_MS = 3_000;
const RETRY_MS = 2_000;

const tickers = new Map<string, Ticker>();
const lastAlertMs = new Map<string, number>();
let selected = new URLSearchParams(location.search).get('ticker') ?? '';

const chart = new Chart(byId('chart'), byId('chart-all'));
const figures = new Figures(new Gauge(byId('gauge')));
const list = new TickerList(select);
const banner = new Banner(select);

let pending: Signal[] = [];
let waiting: Signal[] | null = null; // live rows of the selected ticker while its history loads
let loading: AbortController | null = null;
let frame = 0;
let postsTimer: number | undefined;
let postsAtMs = 0;
let newestAlert: Alert | null = null;

function showNote(text: string): void {
  const note = byId('chart-note');
  setText(note, text);
  note.hidden = text === '';
}

// ------------------------------------------------------------------------- what is stored

async function loadTickers(): Promise<void> {
  for (const ticker of readList(await ask('/api/tickers'), readTicker)) {
    const known = tickers.get(ticker.ticker)?.latest;
    if (known && known.watermarkMs > (ticker.latest?.watermarkMs ?? 0)) ticker.latest = known;
    tickers.set(ticker.ticker, ticker);
  }
  for (const alert of readList(await ask('/api/alerts', { limit: '100' }), readAlert)) {
    noteAlert(alert);
  }
}

async function loadHistory(): Promise<void> {
  loading?.abort();
  const mine = new AbortController();
  loading = mine;
  waiting = [];
  showNote('Loading…');
  try {
    const rows = await ask(
      '/api/signals',
      { ticker: selected, points: String(POINTS) },
      mine.signal,
    );
    if (mine.signal.aborted) return;
    const history = readList(rows, readSignal);
    chart.load(history);
    chart.add(waiting);
    waiting = null;
    showNote(history.length ? '' : 'No events yet.');
  } catch (error) {
    if (mine.signal.aborted) return;
    showNote(`History cannot be loaded: ${(error as Error).message}. Trying again…`);
    window.setTimeout(() => {
      if (!mine.signal.aborted) void loadHistory();
    }, RETRY_MS);
  }
}

async function loadPosts(): Promise<void> {
  const ticker = selected;
  postsAtMs = Date.now();
  try {
    const rows = await ask('/api/posts', { ticker, limit: String(POSTS) });
    if (ticker === selected) showPosts(readList(rows, readPost));
  } catch (error) {
    if (ticker === selected) showPostsError((error as Error).message);
  }
}

function schedulePosts(): void {
  if (postsTimer !== undefined) return;
  const dueMs = Math.max(300, postsAtMs + POSTS_EVERY_MS - Date.now());
  postsTimer = window.setTimeout(() => {
    postsTimer = undefined;
    void loadPosts();
  }, dueMs);
}

async function loadHealth(): Promise<void> {
  try {
    showHealth(readHealth(await ask('/api/health')));
  } catch {
    showHealth(null);
  }
}

async function loadAll(): Promise<void> {
  try {
    await loadTickers();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (tickers.size === 0) showNote(`The server says: ${error.message}. Trying again…`);
    window.setTimeout(() => void loadAll(), RETRY_MS);
    return;
  }
  showAllTickers();
  if (tickers.size === 0) {
    showNote('Waiting for the first event.');
    return;
  }
  showRecentAlert();
  select(tickers.has(selected) ? selected : firstTicker(), true);
}

// ------------------------------------------------------------------------- what is shown

function firstTicker(): string {
  const names = [...tickers.keys()].sort();
  const onAlert = names.find((name) => isOnAlert(tickers.get(name)!, lastAlertMs.get(name)));
  return onAlert ?? names[0] ?? '';
}

function showTicker(ticker: Ticker): void {
  list.show(ticker, isOnAlert(ticker, lastAlertMs.get(ticker.ticker)));
}

function showAllTickers(): void {
  byId('tickers-empty').hidden = tickers.size > 0;
  for (const name of [...tickers.keys()].sort()) showTicker(tickers.get(name)!);
}

function select(name: string, again = false): void {
  if (!name || (name === selected && loading && !again)) return;
  selected = name;
  list.select(name);
  const ticker = tickers.get(name);
  if (ticker) figures.show(ticker);
  document.title = `${name} · GhostMarket`;
  history.replaceState(null, '', `?ticker=${encodeURIComponent(name)}`);
  void loadHistory();
  void loadPosts();
}

function noteAlert(alert: Alert): void {
  lastAlertMs.set(alert.ticker, Math.max(alert.timeMs, lastAlertMs.get(alert.ticker) ?? 0));
  if (!newestAlert || alert.timeMs >= newestAlert.timeMs) newestAlert = alert;
}

// One that is still current when the page is opened stands there, but does not flash.
function showRecentAlert(): void {
  const ticker = newestAlert && tickers.get(newestAlert.ticker);
  if (newestAlert && ticker && isOnAlert(ticker, newestAlert.timeMs)) banner.show(newestAlert, false);
}

// ------------------------------------------------------------------------- what happens

function ruleOfUnknown(): Rule {
  return { windowMs: 300_000, cooldownMs: 600_000, momentumMin: 100, deltaPriceMax: 0.02 };
}

function takeSignal(signal: Signal): Ticker {
  let ticker = tickers.get(signal.ticker);
  if (!ticker) {
    ticker = { ticker: signal.ticker, rule: ruleOfUnknown(), latest: null, posts: 0, alerts: 0 };
    tickers.set(signal.ticker, ticker);
    void loadTickers().then(showAllTickers, () => undefined); // its rule
  }
  if (!signal.late && signal.watermarkMs >= (ticker.latest?.watermarkMs ?? 0))
    ticker.latest = signal;
  return ticker;
}

function flush(): void {
  frame = 0;
  const rows = pending;
  pending = [];
  const changed = new Set<Ticker>();
  for (const row of rows) changed.add(takeSignal(row));
  if (changed.size && !tickers.has(selected)) {
    showAllTickers();
    select(firstTicker());
  }
  for (const ticker of changed) showTicker(ticker);
  byId('tickers-empty').hidden = tickers.size > 0;

  const mine = rows.filter((row) => row.ticker === selected);
  if (mine.length === 0) return;
  const ticker = tickers.get(selected);
  if (ticker) figures.show(ticker);
  if (waiting) {
    waiting.push(...mine);
  } else {
    chart.add(mine);
    showNote('');
  }
  if (mine.some((row) => row.kind === 'social')) schedulePosts();
}

function schedule(): void {
  if (frame) return;
  frame = document.hidden
    ? window.setTimeout(flush, 1000)
    : requestAnimationFrame(flush);
}

// A frame that was asked for while the tab was visible does not come while it is hidden.
document.addEventListener('visibilitychange', () => {
  if (!frame) return;
  window.clearTimeout(frame);
  cancelAnimationFrame(frame);
  frame = 0;
  schedule();
});

new Stream({
  onConnection(state) {
    showConnection(state);
    if (state === 'live') void loadHealth();
  },
  onSignal(signal) {
    pending.push(signal);
    schedule();
  },
  onAlert(alert, isNew) {
    noteAlert(alert);
    if (isNew) banner.show(alert, true);
    const ticker = tickers.get(alert.ticker);
    if (ticker) showTicker(ticker);
  },
  onReset() {
    void loadAll();
  },
});
void loadAll();
void loadHealth();
window.setInterval(() => void loadHealth(), HEALTH_EVERY_MS);
