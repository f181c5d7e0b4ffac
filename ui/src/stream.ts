// The event stream, kept open. The browser comes back by itself after a broken connection; where it
// gives up (an answer that is no stream, 503 for instance) this does.
import { readAlert, readSignal, type Alert, type Signal } from './types';

export type Connection = 'connecting' | 'live' | 'reconnecting' | 'stale';

export interface StreamHandlers {
  onConnection(state: Connection): void;
  onSignal(signal: Signal): void;
  // `isNew`: it happened while this page was watching.
  onAlert(alert: Alert, isNew: boolean): void;
  // What is shown may have holes: load it again.
  onReset(): void;
}

const BACKLOG = 500; // covers what is published but not yet stored when the page loads
const STALE_MS = 15_000;
const RETRY_MS_MIN = 1_000;
const RETRY_MS_MAX = 15_000;

export class Stream {
  private source: EventSource | null = null;
  private state: Connection = 'connecting';
  private lastId = '';
  private instance = '';
  private oldUpTo = -1; // ids that were there before this page
  private retryMs = RETRY_MS_MIN;
  private staleTimer: number | undefined;

  constructor(private readonly handlers: StreamHandlers) {
    this.open();
  }

  private open(): void {
    const params = this.lastId ? `last_event_id=${this.lastId}` : `backlog=${BACKLOG}`;
    const source = new EventSource(`/api/stream?${params}`);
    this.source = source;
    source.addEventListener('hello', (event) => this.onHello(event));
    source.addEventListener('reset', () => this.handlers.onReset());
    source.addEventListener('signal', (event) => {
      this.lastId = event.lastEventId;
      const signal = readSignal(parse(event.data));
      if (signal) this.handlers.onSignal(signal);
    });
    source.addEventListener('alert', (event) => {
      this.lastId = event.lastEventId;
      const alert = readAlert(parse(event.data));
      if (alert) this.handlers.onAlert(alert, Number(event.lastEventId) > this.oldUpTo);
    });
    source.onerror = () => this.onError();
  }

  private onHello(event: MessageEvent): void {
    const hello = parse(event.data) as { instance?: string; latest_id?: number | null } | null;
    const instance = hello?.instance ?? '';
    if (!this.instance) this.oldUpTo = hello?.latest_id ?? -1;
    // Ids of a server that was started anew may have begun anew.
    else if (this.instance !== instance) this.handlers.onReset();
    this.instance = instance;
    this.retryMs = RETRY_MS_MIN;
    this.become('live');
  }

  private onError(): void {
    if (this.state !== 'stale') this.become('reconnecting');
    if (this.source?.readyState !== EventSource.CLOSED) return;
    this.source = null;
    window.setTimeout(() => this.open(), this.retryMs);
    this.retryMs = Math.min(this.retryMs * 2, RETRY_MS_MAX);
  }

  private become(state: Connection): void {
    if (state === this.state) return;
    this.state = state;
    window.clearTimeout(this.staleTimer);
    if (state === 'reconnecting')
      this.staleTimer = window.setTimeout(() => this.become('stale'), STALE_MS);
    this.handlers.onConnection(state);
  }
}

function parse(data: unknown): unknown {
  try {
    return JSON.parse(String(data));
  } catch {
    return null;
  }
}
