// The list of tickers: price, vibe, velocity and whether it is on alert; one is selected.
import * as format from './format';
import { byId, make, setData, setText } from './dom';
import type { Ticker } from './types';

interface Row {
  button: HTMLButtonElement;
  price: HTMLElement;
  delta: HTMLElement;
  vibe: HTMLElement;
  velocity: HTMLElement;
}

// On alert: the last alert is less than the rule's cooldown old, on the ticker's own time.
export function isOnAlert(ticker: Ticker, alertMs: number | undefined): boolean {
  if (alertMs === undefined) return false;
  const nowMs = ticker.latest?.watermarkMs ?? alertMs;
  return nowMs - alertMs < Math.max(ticker.rule.cooldownMs, 1000);
}

export class TickerList {
  private readonly list = byId('tickers');
  private readonly rows = new Map<string, Row>();

  constructor(private readonly onSelect: (ticker: string) => void) {}

  private add(name: string): Row {
    const price = make('span', 'price');
    const delta = make('span', 'delta');
    const vibe = make('span', 'vibe');
    const velocity = make('span', 'velocity');
    const button = make(
      'button',
      'ticker',
      make('span', 'name', name),
      price,
      make('span', 'badge', 'alert'),
      delta,
      vibe,
      velocity,
    ) as HTMLButtonElement;
    button.type = 'button';
    button.addEventListener('click', () => this.onSelect(name));
    this.list.append(make('li', '', button));
    const row = { button, price, delta, vibe, velocity };
    this.rows.set(name, row);
    return row;
  }

  show(ticker: Ticker, onAlert: boolean): void {
    const row = this.rows.get(ticker.ticker) ?? this.add(ticker.ticker);
    const latest = ticker.latest;
    setText(row.price, format.price(latest?.price ?? null));
    setText(row.delta, format.percent(latest?.deltaPrice ?? null));
    setData(row.delta, 'direction', format.direction(latest?.deltaPrice ?? null, 0.0001));
    setText(row.vibe, `vibe ${format.vibe(latest?.vibe ?? null)}`);
    setData(row.vibe, 'direction', format.direction(latest?.vibe ?? null));
    setText(row.velocity, `${format.count(latest?.velocity ?? 0)} posts`);
    setData(row.button, 'alert', onAlert ? 'yes' : 'no');
  }

  select(name: string): void {
    for (const [ticker, row] of this.rows)
      row.button.setAttribute('aria-current', String(ticker === name));
  }
}
