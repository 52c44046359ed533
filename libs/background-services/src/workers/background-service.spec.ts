import { describe, expect, it, jest } from '@jest/globals';
import { NotRegisteredError } from '../errors/index.js';
import { systemClock } from '../lease/index.js';
import { attachControls, BackgroundService, type ServiceControls } from './background-service.js';
import { CircuitBreaker } from './circuit-breaker.js';
import { Statistics } from './statistics.js';

class Prices extends BackgroundService {
  readonly serviceName = 'prices';
  processIteration(): void {
    // The controls are what is tested here.
  }
}

const METHODS = ['start', 'stop', 'isRunning', 'getMetrics', 'resetCircuitBreaker'] as const;

function controls() {
  const metrics = {
    ...{ name: 'prices', running: true, interval: 1_000 },
    circuitBreaker: new CircuitBreaker('prices', false, systemClock).view(),
    ...new Statistics().view(),
  };
  return {
    metrics,
    start: jest.fn<ServiceControls['start']>(),
    stop: jest.fn<ServiceControls['stop']>().mockResolvedValue(false),
    isRunning: jest.fn<ServiceControls['isRunning']>().mockReturnValue(true),
    getMetrics: jest.fn<ServiceControls['getMetrics']>().mockReturnValue(metrics),
    resetCircuitBreaker: jest.fn<ServiceControls['resetCircuitBreaker']>(),
  };
}

describe('BackgroundService', () => {
  it.each(METHODS)('%s() says what to do where the service is not registered', (method) => {
    const service = new Prices();
    expect(() => service[method]()).toThrow(NotRegisteredError);
    expect(() => service[method]()).toThrow(/Service "prices" is not registered: make it a provider/);
  });

  it('does what it is registered with', async () => {
    const service = new Prices();
    const own = controls();
    attachControls(service, own);
    service.start();
    service.resetCircuitBreaker();
    expect(await service.stop(1_500)).toBe(false);
    expect(own.stop).toHaveBeenCalledWith(1_500);
    expect(service.isRunning()).toBe(true);
    expect(service.getMetrics()).toBe(own.metrics);
    expect(own.start).toHaveBeenCalledTimes(1);
    expect(own.resetCircuitBreaker).toHaveBeenCalledTimes(1);
  });

  it('keeps two services of one class apart', () => {
    const [first, second] = [new Prices(), new Prices()];
    const own = controls();
    attachControls(first, own);
    first.start();
    expect(() => second.start()).toThrow(NotRegisteredError);
    expect(own.start).toHaveBeenCalledTimes(1);
  });

  it('needs neither a constructor nor a lease key', () => {
    const service: BackgroundService = new Prices();
    expect(service.leaseKey).toBeUndefined();
    expect(service.schedule).toBeUndefined();
  });
});
