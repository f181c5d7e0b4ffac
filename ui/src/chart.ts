// The chart: price on the left axis, vibe on the right, against event time, alerts as markers.
import {
  createChart,
  createSeriesMarkers,
  LineSeries,
  LineStyle,
  LineType,
  TickMarkType,
  type IChartApi,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts';

import * as format from './format';
import { Series, type Point } from './series';
import type { Signal } from './types';

const POINTS_MAX = 20_000;
const VIBE_RANGE = { minValue: -1, maxValue: 1 };

type Line = ISeriesApi<'Line'>;

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

const seconds = (time: Time): number => Number(time);
const units: Record<number, 'year' | 'month' | 'day' | 'time'> = {
  [TickMarkType.Year]: 'year',
  [TickMarkType.Month]: 'month',
  [TickMarkType.DayOfMonth]: 'day',
};

export class Chart {
  private readonly chart: IChartApi;
  private readonly price: Line;
  private readonly vibe: Line;
  private readonly mean: Line;
  private readonly markers: ISeriesMarkersPluginApi<Time>;
  private series = { price: new Series(), vibe: new Series(), mean: new Series() };
  private alerts: { time: number; momentum: number | null }[] = [];

  constructor(container: HTMLElement) {
    this.chart = createChart(container, {
      autoSize: true,
      layout: { attributionLogo: false, fontFamily: 'inherit' },
      leftPriceScale: { visible: true, borderVisible: false, minimumWidth: 60 },
      rightPriceScale: { visible: true, borderVisible: false, minimumWidth: 48 },
      timeScale: {
        borderVisible: false,
        timeVisible: true,
        secondsVisible: true,
        rightOffset: 4,
        tickMarkFormatter: (time: Time, unit: TickMarkType) =>
          format.axisLabel(seconds(time) * 1000, units[unit] ?? 'time'),
      },
      localization: { timeFormatter: (time: Time) => format.fullTime(seconds(time) * 1000) },
      crosshair: { vertLine: { style: LineStyle.Dotted }, horzLine: { style: LineStyle.Dotted } },
    });
    const vibeLine = {
      priceScaleId: 'right',
      priceLineVisible: false,
      priceFormat: { type: 'custom', formatter: format.vibe, minMove: 0.01 },
      autoscaleInfoProvider: () => ({ priceRange: VIBE_RANGE }),
    } as const;
    this.vibe = this.chart.addSeries(LineSeries, {
      ...vibeLine,
      lineWidth: 1,
      lastValueVisible: false,
      crosshairMarkerVisible: false,
    });
    this.mean = this.chart.addSeries(LineSeries, { ...vibeLine, lineWidth: 2 });
    this.price = this.chart.addSeries(LineSeries, {
      priceScaleId: 'left',
      lineWidth: 2,
      lineType: LineType.WithSteps,
      priceLineVisible: false,
      priceFormat: { type: 'custom', formatter: format.price, minMove: 1e-9 },
    });
    this.mean.createPriceLine({
      price: 0,
      color: 'transparent',
      lineVisible: false,
      axisLabelVisible: false,
    });
    this.markers = createSeriesMarkers(this.price);
    this.chart.priceScale('left').applyOptions({ scaleMargins: { top: 0.14, bottom: 0.08 } });
    this.chart.priceScale('right').applyOptions({ scaleMargins: { top: 0.08, bottom: 0.08 } });
    this.paint();
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.paint());
  }

  private paint(): void {
    const grid = { color: colour('--grid') };
    this.chart.applyOptions({
      layout: { background: { color: 'transparent' }, textColor: colour('--muted') },
      grid: { vertLines: grid, horzLines: grid },
    });
    this.price.applyOptions({ color: colour('--price') });
    this.mean.applyOptions({ color: colour('--vibe') });
    this.vibe.applyOptions({ color: colour('--vibe-faint') });
    this.paintMarkers();
  }

  private paintMarkers(): void {
    this.markers.setMarkers(
      this.alerts.map(({ time, momentum }) => ({
        time: time as UTCTimestamp,
        position: 'aboveBar',
        shape: 'arrowDown',
        color: colour('--alert'),
        text: `M ${format.amount(momentum)}`,
      })),
    );
  }

  private lines(): [Line, Series][] {
    const { price, vibe, mean } = this.series;
    return [
      [this.price, price],
      [this.vibe, vibe],
      [this.mean, mean],
    ];
  }

  private redraw(): void {
    for (const [line, series] of this.lines()) line.setData(series.points.map(asData));
    this.paintMarkers();
  }

  // Shows the rows, oldest first, in place of all that was there.
  load(rows: Signal[]): void {
    this.series = { price: new Series(), vibe: new Series(), mean: new Series() };
    this.alerts = [];
    for (const row of rows) this.take(row);
    this.redraw();
    this.chart.timeScale().fitContent();
  }

  // Shows what has happened since.
  add(rows: Signal[]): void {
    const alerts = this.alerts.length;
    for (const row of rows) {
      const points = this.take(row);
      this.lines().forEach(([line], i) => {
        const point = points[i];
        if (point) line.update(asData(point));
      });
    }
    const trimmed = this.lines().map(([, series]) => series.trim(POINTS_MAX));
    if (trimmed.includes(true)) this.redraw();
    else if (this.alerts.length > alerts) this.paintMarkers();
  }

  // A late row describes no moment of its own: it changed no window.
  private take(row: Signal): (Point | null)[] {
    if (row.late) return [];
    const at = row.watermarkMs;
    const mean = row.vibe !== null && row.deltaVibe !== null ? row.vibe - row.deltaVibe : null;
    const points = [
      row.price === null ? null : this.series.price.put(at, row.price),
      row.vibe === null ? null : this.series.vibe.put(at, row.vibe),
      mean === null ? null : this.series.mean.put(at, mean),
    ];
    if (row.alert) this.mark(Math.floor(at / 1000), row.momentum);
    return points;
  }

  private mark(time: number, momentum: number | null): void {
    const last = this.alerts.at(-1);
    if (!last || last.time < time) this.alerts.push({ time, momentum });
  }
}

function asData(point: Point): { time: UTCTimestamp; value: number } {
  return { time: point.time as UTCTimestamp, value: point.value };
}
