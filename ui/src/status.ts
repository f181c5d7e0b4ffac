// What the page knows of the program: the connection, the stages, the scorer.
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

export function showHealth(health: Health | null): void {
  const summary = byId('health-summary');
  setData(summary, 'state', health ? (health.ok ? 'ok' : 'degraded') : 'unknown');
  const stopped = health?.stages.filter(({ state }) => !isFine(state)) ?? [];
  setText(
    summary,
    !health
      ? 'pipeline unknown'
      : health.ok
        ? 'pipeline ok'
        : `pipeline degraded${stopped[0] ? `: ${stopped[0].name}` : ''}`,
  );
  byId('stages').replaceChildren(
    ...(health?.stages ?? []).map((stage) => {
      const item = make('li', '', make('span', '', stage.name), make('span', 'state', stage.state));
      setData(item, 'state', isFine(stage.state) ? 'ok' : 'degraded');
      return item;
    }),
  );
  if (!health) return;
  const scorer = health.scorer || 'none';
  const note = health.scorerNote ? ` — ${health.scorerNote}` : '';
  const waiting = health.postsWaiting < WAITING_SHOWN ? '' : `; ${count(health.postsWaiting)} posts wait for it`;
  setText(byId('scorer'), `scorer: ${scorer}${note}${waiting}`);
  setText(byId('version'), health.version);
}
