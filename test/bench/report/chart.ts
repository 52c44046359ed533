import { histogram, type Histogram } from './histogram.js';
import { logBars, type LogBars } from './log-bars.js';
import { shares, type Shares } from './shares.js';

/** What is drawn into `docs/images/<file>.svg`. */
export type Chart = LogBars | Histogram | Shares;

export function toSvg(chart: Chart): string {
  switch (chart.kind) {
    case 'log-bars':
      return logBars(chart);
    case 'histogram':
      return histogram(chart);
    case 'shares':
      return shares(chart);
  }
}
