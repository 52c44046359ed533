import { histogram, type Histogram } from './histogram.js';
import { logBars, type LogBars } from './log-bars.js';

/** What is drawn into `docs/images/<file>.svg`. */
export type Chart = LogBars | Histogram;

export function toSvg(chart: Chart): string {
  switch (chart.kind) {
    case 'log-bars':
      return logBars(chart);
    case 'histogram':
      return histogram(chart);
  }
}
