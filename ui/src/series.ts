// The points of the chart's lines on one even grid of time.
//
// The chart library sets its points side by side, however far apart they are in time. So that an
// hour is as wide as every other, all lines take their points from one grid: a point a step, the
// last value of a step wins, and the steps between are given to the library as empty.

// Steps that a person would choose, in seconds.
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];
const DAY = 86400;

export interface Point {
  time: number; // seconds
  value: number;
}

// The smallest step that covers `span` seconds with no more than `steps` steps.
export function stepFor(span: number, steps: number): number {
  return (
    STEPS.find((step) => span / step <= steps) ?? Math.ceil(span / steps / DAY) * DAY
  );
}

// One line's points, strictly ascending.
export class Series {
  readonly points: Point[] = [];

  // The point that the line must draw; null for one before the newest.
  put(time: number, value: number): Point | null {
    const last = this.points.at(-1);
    if (last && time < last.time) return null;
    const point = { time, value };
    if (last && time === last.time) this.points[this.points.length - 1] = point;
    else this.points.push(point);
    return point;
  }
}

export class Grid {
  step = 1;
  private first: number | null = null;
  private last = 0;

  constructor(private readonly stepsMax: number) {}

  floor(time: number): number {
    return Math.floor(time / this.step) * this.step;
  }

  // Takes in a moment: the grid's new times up to it, or null when the grid has become too fine and
  // everything must be put onto a coarser one.
  extend(time: number): number[] | null {
    const at = this.floor(time);
    if (this.first === null) {
      this.first = this.last = at;
      return [at];
    }
    if ((at - this.first) / this.step > this.stepsMax) return null;
    const times = [];
    while (this.last < at) times.push((this.last += this.step));
    return times;
  }

  // Covers first … last anew, with half of the steps that it may have.
  cover(first: number, last: number): void {
    this.step = stepFor(last - first, this.stepsMax / 2);
    this.first = this.floor(first);
    this.last = this.floor(last);
  }

  get steps(): number {
    return this.first === null ? 0 : Math.round((this.last - this.first) / this.step) + 1;
  }

  times(): number[] {
    const times = [];
    if (this.first !== null)
      for (let time = this.first; time <= this.last; time += this.step) times.push(time);
    return times;
  }
}
