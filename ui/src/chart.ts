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
import { Grid, Series } from './series';
import type { Signal } from './types';

const STEPS_MAX = 4000;
const VIBE_RANGE = { minValue: -1, maxValue: 1 };
const NAMES = ['price', 'vibe', 'mean'] as const;

type Name = (typeof NAMES)[number];
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

// What a row says at its moment, in seconds.
interface Moment {
  time: number;
  values: Record<Name, number | null>;
  alert: boolean;
  momentum: number | null;
}

// A late row describes no moment: it changed no window.
function momentOf(row: Signal): Moment | null {
  if (row.late) return null;
  const mean = row.vibe !== null && row.deltaVibe !== null ? row.vibe - row.deltaVibe : null;
  return {
    time: row.watermarkMs / 1000,
    values: { price: row.price, vibe: row.vibe, mean },
    alert: row.alert,
    momentum: row.momentum,
  };
}

function freshSeries(): Record<Name, Series> {
  return { price: new Series(), vibe: new Series(), mean: new Series() };
}

export class Chart {
  private readonly chart: IChartApi;
  private readonly lines: Record<Name, Line>;
  private readonly ruler: Line; // nothing but the grid's times
  private readonly markers: ISeriesMarkersPluginApi<Time>;
  private grid = new Grid(STEPS_MAX);
  private series = freshSeries();
  private alerts: { time: number; momentum: number | null }[] = [];
  private showsAll = true; // until the viewer zooms or scrolls

  // `showAll`: the button that goes back to the whole time.
  constructor(
    container: HTMLElement,
    private readonly showAll: HTMLElement,
  ) {
    this.chart = createChart(container, {
      autoSize: true,
      layout: { attributionLogo: false }, // its style element would break the page's policy
      leftPriceScale: { visible: true, borderVisible: false, minimumWidth: 60 },
      rightPriceScale: { visible: true, borderVisible: false, minimumWidth: 48 },
      timeScale: {
        borderVisible: false,
        timeVisible: true,
        secondsVisible: true,
        allowShiftVisibleRangeOnWhitespaceReplacement: true,
        minBarSpacing: 0.02,
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
    const silent = { lastValueVisible: false, crosshairMarkerVisible: false } as const;
    this.ruler = this.chart.addSeries(LineSeries, { ...vibeLine, ...silent });
    const vibe = this.chart.addSeries(LineSeries, { ...vibeLine, ...silent });
    const mean = this.chart.addSeries(LineSeries, vibeLine);
    const price = this.chart.addSeries(LineSeries, {
      priceScaleId: 'left',
      lineType: LineType.WithSteps,
      priceLineVisible: false,
      priceFormat: { type: 'custom', formatter: format.price, minMove: 1e-9 },
    });
    this.lines = { price, vibe, mean };
    this.markers = createSeriesMarkers(price);
    this.chart.priceScale('left').applyOptions({ scaleMargins: { top: 0.14, bottom: 0.08 } });
    this.chart.priceScale('right').applyOptions({ scaleMargins: { top: 0.08, bottom: 0.08 } });
    this.paint();
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.paint());
    window.addEventListener('resize', () => this.paint());
    for (const gesture of ['wheel', 'pointerdown', 'touchstart'])
      container.addEventListener(gesture, () => this.follow(false), { passive: true });
    showAll.addEventListener('click', () => this.follow(true));
  }

  private follow(all: boolean): void {
    this.showsAll = all;
    this.showAll.hidden = all;
    if (all) this.fit();
  }

  // The whole time, and a little room for what comes.
  private fit(): void {
    const { steps } = this.grid;
    if (steps === 0 || !this.showsAll) return;
    const room = Math.max(2, steps * 0.03);
    this.chart.timeScale().setVisibleLogicalRange({ from: -0.5, to: steps - 0.5 + room });
  }

  // Colours of the scheme; sizes in step with the page's type.
  private paint(): void {
    const style = getComputedStyle(document.body);
    const em = parseFloat(style.fontSize);
    const grid = { color: colour('--grid') };
    this.chart.applyOptions({
      layout: {
        background: { color: 'transparent' },
        textColor: colour('--muted'),
        fontFamily: style.fontFamily,
        fontSize: Math.round(em * 0.75),
      },
      grid: { vertLines: grid, horzLines: grid },
    });
    const lineWidth = em > 20 ? 3 : 2;
    this.lines.price.applyOptions({ color: colour('--price'), lineWidth });
    this.lines.mean.applyOptions({ color: colour('--vibe'), lineWidth });
    this.lines.vibe.applyOptions({ color: colour('--vibe-faint'), lineWidth: 1 });
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

  private redraw(): void {
    this.ruler.setData(this.grid.times().map((time) => ({ time: time as UTCTimestamp })));
    for (const name of NAMES)
      this.lines[name].setData(
        this.series[name].points.map(({ time, value }) => ({ time: time as UTCTimestamp, value })),
      );
    this.paintMarkers();
  }

  // Shows the rows, oldest first, in place of all that was there.
  load(rows: Signal[]): void {
    const moments = rows.map(momentOf).filter((moment) => moment !== null);
    this.grid = new Grid(STEPS_MAX);
    this.series = freshSeries();
    this.alerts = [];
    const first = moments[0];
    if (first) this.grid.cover(first.time, Math.max(...moments.map((moment) => moment.time)));
    for (const moment of moments) this.take(moment, () => undefined);
    this.redraw();
    this.follow(true);
  }

  // Shows what has happened since.
  add(rows: Signal[]): void {
    const alerts = this.alerts.length;
    let redraw = false;
    for (const moment of rows.map(momentOf)) {
      if (!moment) continue;
      const times = this.grid.extend(moment.time);
      if (!times) {
        this.coarsen(moment.time);
        redraw = true;
      } else if (!redraw) {
        for (const time of times) this.ruler.update({ time: time as UTCTimestamp });
      }
      this.take(moment, (name, time, value) => {
        if (!redraw) this.lines[name].update({ time: time as UTCTimestamp, value });
      });
    }
    if (redraw) this.redraw();
    else if (this.alerts.length > alerts) this.paintMarkers();
    this.fit();
  }

  private take(moment: Moment, draw: (name: Name, time: number, value: number) => void): void {
    const time = this.grid.floor(moment.time);
    for (const name of NAMES) {
      const value = moment.values[name];
      if (value !== null && this.series[name].put(time, value)) draw(name, time, value);
    }
    const last = this.alerts.at(-1);
    if (moment.alert && (!last || last.time < time))
      this.alerts.push({ time, momentum: moment.momentum });
  }

  // Puts all that is there onto a grid that reaches to `time`.
  private coarsen(time: number): void {
    const old = this.series;
    const first = Math.min(...NAMES.map((name) => old[name].points[0]?.time ?? time));
    this.grid.cover(first, time);
    this.series = freshSeries();
    for (const name of NAMES)
      for (const point of old[name].points)
        this.series[name].put(this.grid.floor(point.time), point.value);
    this.alerts = this.alerts.map((alert) => ({ ...alert, time: this.grid.floor(alert.time) }));
  }
}
