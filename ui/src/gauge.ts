// The vibe meter: a half circle from −1 to +1 with a needle.
import * as format from './format';
import { setData, setText } from './dom';

const SVG = 'http://www.w3.org/2000/svg';
const RADIUS = 80;
const CENTRE = { x: 100, y: 96 };

function shape(tag: string, attributes: Record<string, string | number>): SVGElement {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

function onArc(value: number, radius = RADIUS): string {
  const angle = Math.PI * (1 - (value + 1) / 2);
  const x = CENTRE.x + radius * Math.cos(angle);
  const y = CENTRE.y - radius * Math.sin(angle);
  return `${x.toFixed(2)} ${y.toFixed(2)}`;
}

function arc(from: number, to: number, className: string): SVGElement {
  return shape('path', {
    class: className,
    d: `M ${onArc(from)} A ${RADIUS} ${RADIUS} 0 0 1 ${onArc(to)}`,
  });
}

export class Gauge {
  private readonly needle: SVGElement;
  private readonly mean: SVGElement;
  private readonly value: SVGElement;

  constructor(private readonly container: HTMLElement) {
    const svg = shape('svg', { viewBox: '0 0 200 132', 'aria-hidden': 'true' });
    svg.append(
      arc(-1, -0.34, 'arc down'),
      arc(-0.32, 0.32, 'arc flat'),
      arc(0.34, 1, 'arc up'),
    );
    for (const [value, label] of [
      [-1, '\u22121'],
      [0, '0'],
      [1, '+1'],
    ] as const) {
      const x = CENTRE.x + value * RADIUS;
      const y = value ? CENTRE.y + 13 : CENTRE.y - RADIUS + 20;
      const text = shape('text', { x, y });
      text.textContent = label;
      svg.append(text);
    }
    this.mean = shape('path', { class: 'mean', d: `M ${onArc(-1, 71)} L ${onArc(-1, 89)}` });
    this.needle = shape('path', {
      class: 'needle',
      d: `M ${CENTRE.x - 62} ${CENTRE.y} L ${CENTRE.x} ${CENTRE.y - 3.4} L ${CENTRE.x} ${CENTRE.y + 3.4} Z`,
    });
    this.value = shape('text', { x: CENTRE.x, y: 126, class: 'value' });
    svg.append(this.mean, this.needle, shape('circle', { cx: CENTRE.x, cy: CENTRE.y, r: 6 }));
    svg.append(this.value);
    container.append(svg);
    container.setAttribute('role', 'meter');
    container.setAttribute('aria-valuemin', '-1');
    container.setAttribute('aria-valuemax', '1');
    this.show(null, null);
  }

  // The newest post's vibe, and the window's average.
  show(vibe: number | null, mean: number | null): void {
    const turn = (value: number | null) => `${(((value ?? 0) + 1) * 90).toFixed(1)}deg`;
    this.needle.style.setProperty('--turn', turn(vibe));
    this.mean.style.setProperty('--turn', turn(mean));
    this.mean.setAttribute('visibility', mean === null ? 'hidden' : 'visible');
    setText(this.value, format.vibe(vibe));
    setData(this.container, 'direction', vibe === null ? 'none' : format.direction(vibe, 0.33));
    this.container.setAttribute('aria-valuenow', String(vibe ?? 0));
    this.container.setAttribute('aria-valuetext', vibe === null ? 'not known' : format.vibe(vibe));
  }
}
