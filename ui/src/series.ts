// The points of a chart's line: one a second, strictly ascending, the last value of a second wins.

export interface Point {
  time: number; // seconds
  value: number;
}

export class Series {
  readonly points: Point[] = [];

  // What a line must do to show the value: nothing for one before the newest point.
  put(timeMs: number, value: number): Point | null {
    const time = Math.floor(timeMs / 1000);
    const last = this.points.at(-1);
    if (last && time < last.time) return null;
    const point = { time, value };
    if (last && time === last.time) this.points[this.points.length - 1] = point;
    else this.points.push(point);
    return point;
  }

  // Lets the older half go; true when there was too much.
  trim(pointsMax: number): boolean {
    if (this.points.length <= pointsMax) return false;
    this.points.splice(0, this.points.length - Math.floor(pointsMax / 2));
    return true;
  }
}
