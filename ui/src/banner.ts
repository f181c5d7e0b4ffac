// The alert banner. It names one alert: the newest.
import * as format from './format';
import { byId, setText } from './dom';
import type { Alert } from './types';

export class Banner {
  private readonly banner = byId('banner');
  private shown: Alert | null = null;

  constructor(onShow: (ticker: string) => void) {
    byId('banner-show').addEventListener('click', () => {
      if (this.shown) onShow(this.shown.ticker);
    });
    byId('banner-dismiss').addEventListener('click', () => {
      this.banner.hidden = true;
    });
  }

  // `flashes`: it has happened just now.
  show(alert: Alert, flashes: boolean): void {
    if (this.shown && this.shown.timeMs > alert.timeMs && this.shown.ticker === alert.ticker) return;
    this.shown = alert;
    setText(byId('banner-ticker'), alert.ticker);
    setText(
      byId('banner-text'),
      `momentum ${format.amount(alert.momentum)}, price ${format.percent(alert.deltaPrice)}, ` +
        `${format.count(alert.velocity)} posts`,
    );
    const time = byId<HTMLTimeElement>('banner-time');
    setText(time, format.fullTime(alert.timeMs));
    time.dateTime = new Date(alert.timeMs).toISOString();
    this.banner.hidden = false;
    this.banner.classList.remove('flash');
    if (flashes) {
      void this.banner.offsetWidth; // restarts the animation
      this.banner.classList.add('flash');
    }
  }
}
