import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { BackgroundHealthIndicator, BackgroundServiceManager } from 'nestjs-background-services';
import { CandleAggregator } from './candle-aggregator.js';
import { MarketDepthAggregator } from './depth/market-depth.aggregator.js';
import { SentimentAggregator } from './sentiment/sentiment.aggregator.js';

/** In the words of the monitors that asked the aggregators' predecessors. */
interface ServiceHealth {
  readonly status: string;
  /** Whether it runs here: on a standby it does not, and is healthy. */
  readonly running: boolean;
  readonly circuit_breaker: string;
  readonly iterations: number;
  readonly errors: number;
  /** 0 to 1. */
  readonly error_rate: number;
}

@Controller('api/health/aggregators')
export class AggregatorsHealthController {
  private readonly names: readonly string[];

  constructor(
    private readonly manager: BackgroundServiceManager,
    private readonly indicator: BackgroundHealthIndicator,
    candles: CandleAggregator,
    depth: MarketDepthAggregator,
    sentiment: SentimentAggregator,
  ) {
    this.names = [candles, depth, sentiment].map(({ serviceName }) => serviceName);
  }

  /** 200, or 503 while one that this replica leads is degraded. */
  @Get()
  check() {
    const verdicts = this.indicator.workers();
    const services: Record<string, ServiceHealth> = {};
    for (const name of this.names) {
      const { metrics, circuitBreaker } = this.manager.get(name);
      services[name] = {
        status: verdicts[name]?.status ?? 'unknown',
        running: verdicts[name]?.running ?? false,
        circuit_breaker: circuitBreaker.state,
        iterations: metrics.iterations,
        errors: metrics.errors,
        error_rate: metrics.errorRate,
      };
    }
    // A standby is healthy, and so is what was declared disabled.
    const isDegraded = Object.values(services).some(({ status }) => status === 'degraded');
    const health = { overall_status: isDegraded ? 'degraded' : 'healthy', services };
    if (isDegraded) throw new ServiceUnavailableException(health);
    return health;
  }
}
