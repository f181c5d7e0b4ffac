// What the page knows of the program: the connection, the live feeds, the stages, the scorer.
import { byId, make, setData, setText } from './dom';
import { count } from './format';
import type { Connection } from './stream';
import type { Health } from './types';

// Fewer are on their way at any moment.
const WAITING_SHOWN = 100;

const words: Record<Connection, string> = {
  connecting: 'connecting',
  live: 'live',
  reconnecting: 'reconnecting',
  stale: 'stale',
};
const notes: Record<Connection, string> = {
  connecting: 'The page is connecting to the server.',
  live: 'Events are shown as they happen.',
  reconnecting: 'The connection broke; the page is trying again.',
  stale: 'There has been no connection for a while: what is shown is old.',
};

export function showConnection(state: Connection): void {
  const pill = byId('connection');
  setText(pill, words[state]);
  setData(pill, 'state', state);
  pill.title = notes[state];
}

// A stage that has come to its end, as a replay does, is as it should be.
function isFine(state: string): boolean {
  return state === 'running' || state === 'done';
}

function listItem(name: string, state: string, fine: boolean, note: string): HTMLElement {
  const item = make('li', '', make('span', '', name), make('span', 'state', state));
  setData(item, 'state', fine ? 'ok' : 'degraded');
  item.title = note;
  return item;
}

// What is wrong, in a word or two; a silent page must not be taken for a calm market.
function trouble(health: Health): string {
  const stopped = health.stages.find(({ state }) => !isFine(state));
  if (stopped) return `pipeline degraded: ${stopped.name}`;
  const blind = health.feeds.filter(({ sight }) => sight === 'blind').map(({ name }) => name);
  if (blind.length > 0) return `blind: ${blind.join(', ')}`;
  return health.ok ? '' : 'pipeline degraded';
}

export function showHealth(health: Health | null): void {
  const summary = byId('health-summary');
  const wrong = health ? trouble(health) : '';
  setData(summary, 'state', health ? (wrong ? 'degraded' : 'ok') : 'unknown');
  setText(summary, health ? wrong || 'pipeline ok' : 'pipeline unknown');
  byId('stages').replaceChildren(
    ...(health?.feeds ?? []).map(({ name, sight, since, notice }) =>
      listItem(name, sight, sight === 'seeing', `since ${since}${notice ? `: ${notice}` : ''}`),
    ),
    ...(health?.stages ?? [])
      .filter(({ name }) => !health?.feeds.some((feed) => feed.name === name))
      .map(({ name, state }) => listItem(name, state, isFine(state), '')),
  );
  if (!health) return;
  const scorer = health.scorer || 'none';
  const note = health.scorerNote ? ` — ${health.scorerNote}` : '';
  const waiting = health.postsWaiting < WAITING_SHOWN ? '' : `; ${count(health.postsWaiting)} posts wait for it`;
  setText(byId('scorer'), `scorer: ${scorer}${note}${waiting}`);
  setText(byId('version'), health.version);
}
