// Numbers and times as text, in the viewer's language and time zone.

const UNKNOWN = '–';
const MINUS = '\u2212';

const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const minutes = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const month = new Intl.DateTimeFormat(undefined, { month: 'short', year: 'numeric' });
const moment = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

function withMinus(text: string): string {
  return text.replace('-', MINUS);
}

// As many digits as tell prices of this size apart: 62,450.00 and 0.00001234.
export function price(value: number | null): string {
  if (value === null) return UNKNOWN;
  const magnitude = value > 0 ? Math.floor(Math.log10(value)) : 0;
  const digits = magnitude >= 0 ? 2 : Math.min(15, 3 - magnitude);
  return (
    '$' +
    value.toLocaleString(undefined, { minimumFractionDigits: 2, maximumFractionDigits: digits })
  );
}

export function percent(value: number | null): string {
  if (value === null) return UNKNOWN;
  const text = (value * 100).toLocaleString(undefined, {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
    signDisplay: 'exceptZero',
  });
  return withMinus(text) + '\u202f%';
}

export function vibe(value: number | null): string {
  if (value === null) return UNKNOWN;
  return withMinus(
    value.toLocaleString(undefined, {
      minimumFractionDigits: 2,
      maximumFractionDigits: 2,
      signDisplay: 'exceptZero',
    }),
  );
}

export function amount(value: number | null): string {
  if (value === null) return UNKNOWN;
  const digits = Math.abs(value) < 100 ? 1 : 0;
  return withMinus(
    value.toLocaleString(undefined, {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }),
  );
}

export function count(value: number): string {
  return value.toLocaleString();
}

export function duration(ms: number): string {
  const s = Math.round(ms / 1000);
  if (s < 60) return `${s} s`;
  if (s < 3600) return s % 60 ? `${Math.floor(s / 60)} min ${s % 60} s` : `${s / 60} min`;
  const m = Math.round(s / 60);
  if (m < 60 * 48) return m % 60 ? `${Math.floor(m / 60)} h ${m % 60} min` : `${m / 60} h`;
  return `${Math.round(m / 60 / 24)} days`;
}

export const timeOfDay = (ms: number): string => clock.format(ms);
export const fullTime = (ms: number): string => moment.format(ms);

// A label of the time axis. The chart asks for one a day, a month or a year where these begin in
// UTC; where they do not begin for the viewer, the time of day says more.
export function axisLabel(ms: number, unit: 'year' | 'month' | 'day' | 'time'): string {
  const at = new Date(ms);
  const isMidnight = at.getHours() === 0 && at.getMinutes() === 0;
  if (unit === 'time' || (unit === 'day' && !isMidnight)) return minutes.format(ms);
  return unit === 'day' ? day.format(ms) : month.format(ms);
}

// "up", "down" or "flat", for colours.
export function direction(value: number | null, flat = 0.05): 'up' | 'down' | 'flat' {
  if (value === null || Math.abs(value) < flat) return 'flat';
  return value > 0 ? 'up' : 'down';
}
