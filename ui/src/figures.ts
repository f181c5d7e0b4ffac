// The figures of the selected ticker: what the windows say, and how far the rule is from an alert.
import * as format from './format';
import { byId, setData, setText } from './dom';
import type { Gauge } from './gauge';
import type { Ticker } from './types';

export class Figures {
  constructor(private readonly gauge: Gauge) {}

  show(ticker: Ticker): void {
    const row = ticker.latest;
    const { rule } = ticker;
    const mean =
      row?.vibe != null && row.deltaVibe !== null ? row.vibe - row.deltaVibe : null;
    this.gauge.show(row?.vibe ?? null, mean);
    setText(byId('chart-title'), ticker.ticker);
    this.put('price', format.price(row?.price ?? null));
    this.put('delta-price', format.percent(row?.deltaPrice ?? null), row?.deltaPrice, 0.0001);
    setText(byId('delta-price-note'), `alert below ${format.percent(rule.deltaPriceMax)}`);
    this.put('velocity', format.count(row?.velocity ?? 0));
    setText(byId('velocity-note'), `posts in ${format.duration(rule.windowMs)}`);
    this.put('delta-vibe', format.vibe(row?.deltaVibe ?? null), row?.deltaVibe);
    this.put('momentum', format.amount(row?.momentum ?? null));
    setText(byId('momentum-note'), `alert above ${format.amount(rule.momentumMin)}`);
    this.bar(row?.momentum ?? 0, rule.momentumMin);
    setText(
      byId('last-event'),
      row ? `last event ${format.fullTime(row.watermarkMs)}` : 'no event yet',
    );
  }

  private put(id: string, text: string, signed: number | null = null, flat?: number): void {
    const element = byId(id);
    setText(element, text);
    setData(element, 'direction', format.direction(signed, flat));
  }

  private bar(momentum: number, threshold: number): void {
    const part = threshold > 0 ? Math.min(1, Math.max(0, momentum / threshold)) : 0;
    const bar = byId('momentum-bar');
    bar.style.setProperty('--part', part.toFixed(3));
    setData(bar, 'over', momentum > threshold ? 'yes' : 'no');
  }
}
