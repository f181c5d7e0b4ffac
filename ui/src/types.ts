// What the API answers and the stream carries, and checks at the border: whatever comes over the
// network is unknown until a function here has looked at it.

// One row: what the windows of a ticker say after one event.
export interface Signal {
  ticker: string;
  timeMs: number; // the event's own time
  watermarkMs: number; // the ticker's newest event time: the moment that the row describes
  kind: 'price' | 'social';
  late: boolean;
  price: number | null;
  vibe: number | null;
  velocity: number;
  deltaPrice: number | null;
  deltaVibe: number | null;
  momentum: number | null;
  alert: boolean;
}

export interface Alert {
  ticker: string;
  timeMs: number;
  status: string;
  momentum: number | null;
  deltaPrice: number | null;
  velocity: number;
}

export interface Rule {
  windowMs: number;
  cooldownMs: number;
  momentumMin: number;
  deltaPriceMax: number;
}

export interface Ticker {
  ticker: string;
  rule: Rule;
  latest: Signal | null;
  posts: number;
  alerts: number;
}

export interface Post {
  timeMs: number;
  text: string;
  source: string;
  place: string;
  author: string;
  link: string | null; // http or https alone
  vibe: number | null;
}

export interface Health {
  ok: boolean;
  version: string;
  scorer: string;
  scorerNote: string;
  postsWaiting: number; // on the bus, not scored yet
  stages: { name: string; state: string }[];
  feeds: { name: string; sight: string; since: string; notice: string }[];
}

type Fields = Record<string, unknown>;

function fields(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : null;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function time(value: unknown): number | null {
  const ms = typeof value === 'string' ? Date.parse(value) : NaN;
  return Number.isNaN(ms) ? null : ms;
}

// A row of /api/signals, of /api/tickers, or a "signal" of the stream.
export function readSignal(value: unknown): Signal | null {
  const row = fields(value);
  const timeMs = row && time(row['timestamp']);
  const ticker = row && text(row['ticker']);
  if (!row || timeMs === null || !ticker) return null;
  return {
    ticker,
    timeMs,
    watermarkMs: time(row['watermark']) ?? timeMs,
    kind: row['kind'] === 'social' ? 'social' : 'price',
    late: row['late'] === true,
    price: number(row['price_usd']),
    vibe: number(row['vibe_score']),
    velocity: number(row['msg_velocity']) ?? 0,
    deltaPrice: number(row['delta_price']),
    deltaVibe: number(row['delta_vibe']),
    momentum: number(row['hype_momentum']),
    alert: text(row['alert_status']) !== '',
  };
}

// A row of /api/alerts or an "alert" of the stream.
export function readAlert(value: unknown): Alert | null {
  const row = fields(value);
  const timeMs = row && time(row['timestamp']);
  const ticker = row && text(row['ticker']);
  if (!row || timeMs === null || !ticker) return null;
  return {
    ticker,
    timeMs,
    status: text(row['alert_status']) || text(row['status']),
    momentum: number(row['hype_momentum']),
    deltaPrice: number(row['delta_price']),
    velocity: number(row['msg_velocity']) ?? 0,
  };
}

function readRule(value: unknown): Rule {
  const rule = fields(value) ?? {};
  return {
    windowMs: (number(rule['window_us']) ?? 300e6) / 1000,
    cooldownMs: (number(rule['cooldown_us']) ?? 600e6) / 1000,
    momentumMin: number(rule['momentum_min']) ?? 100,
    deltaPriceMax: number(rule['delta_price_max']) ?? 0.02,
  };
}

export function readTicker(value: unknown): Ticker | null {
  const row = fields(value);
  const ticker = row && text(row['ticker']);
  if (!row || !ticker) return null;
  return {
    ticker,
    rule: readRule(row['rule']),
    latest: readSignal(row),
    posts: number(row['posts']) ?? 0,
    alerts: number(row['alerts']) ?? 0,
  };
}

// A link from a stranger: http or https, or none.
export function readLink(value: unknown): string | null {
  try {
    const url = new URL(text(value));
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null;
  } catch {
    return null;
  }
}

export function readPost(value: unknown): Post | null {
  const row = fields(value);
  const timeMs = row && time(row['timestamp']);
  if (!row || timeMs === null) return null;
  return {
    timeMs,
    text: text(row['text']),
    source: text(row['source']),
    place: text(row['subreddit']),
    author: text(row['author']),
    link: readLink(row['url']),
    vibe: number(row['vibe']),
  };
}

export function readHealth(value: unknown): Health | null {
  const row = fields(value);
  if (!row) return null;
  const stages = Array.isArray(row['stages']) ? row['stages'] : [];
  const feeds = Array.isArray(row['feeds']) ? row['feeds'] : [];
  return {
    ok: row['status'] === 'ok',
    version: text(row['version']),
    scorer: text(row['scorer']),
    scorerNote: text(row['scorer_note']),
    postsWaiting: number(row['posts_waiting']) ?? 0,
    stages: stages.flatMap((stage) => {
      const entry = fields(stage);
      return entry ? [{ name: text(entry['name']), state: text(entry['state']) }] : [];
    }),
    feeds: feeds.flatMap((feed) => {
      const entry = fields(feed);
      return entry
        ? [
            {
              name: text(entry['name']),
              sight: text(entry['sight']),
              since: text(entry['since']),
              notice: text(entry['notice']),
            },
          ]
        : [];
    }),
  };
}

export function readList<T>(value: unknown, read: (entry: unknown) => T | null): T[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry) => {
    const item = read(entry);
    return item === null ? [] : [item];
  });
}
