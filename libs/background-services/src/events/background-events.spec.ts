import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { EventEmitter2 } from '@nestjs/event-emitter';
import type { BackgroundEvent, BackgroundEventType, Untold } from './background-event.js';
import { BackgroundEvents } from './background-events.js';
import { bridgeEvents } from './bridge-events.js';

const elected: Untold = { type: 'elected', key: 'prices', token: 7, attempts: 2, waited: 1_500 };
const paused: Untold = { type: 'paused', worker: 'a', key: 'prices' };

describe('BackgroundEvents', () => {
  let failures: [BackgroundEventType, unknown][];
  let events: BackgroundEvents;

  beforeEach(() => {
    failures = [];
    events = new BackgroundEvents({
      instanceId: 'one',
      now: () => Date.UTC(2026, 0, 1),
      onListenerError: (...failure) => failures.push(failure),
    });
  });

  it('tells listeners of the type, with when and where', () => {
    const heard = jest.fn();
    events.on('elected', heard);
    events.emit(elected);
    events.emit(paused);
    expect(heard.mock.calls).toEqual([[{ ...elected, at: new Date('2026-01-01'), instanceId: 'one' }]]);
  });

  it('tells listeners to all types of every event, after those of its type', () => {
    const heard: string[] = [];
    events.onAny(({ type }) => heard.push(`any ${type}`));
    events.on('elected', ({ token }) => heard.push(`elected ${token}`));
    events.emit(elected);
    events.emit(paused);
    expect(heard).toEqual(['elected 7', 'any elected', 'any paused']);
  });

  it('knows whether anybody listens, so that nothing has to be made for nobody', () => {
    expect(events.hears('elected')).toBe(false);
    const end = events.on('elected', () => undefined);
    expect([events.hears('elected'), events.hears('paused')]).toEqual([true, false]);
    end();
    const endAll = events.onAny(() => undefined);
    expect([events.hears('elected'), events.hears('paused')]).toEqual([true, true]);
    endAll();
    expect(events.hears('elected')).toBe(false);
  });

  it('ends one subscription at a time, also of a function that listens twice', () => {
    const heard = jest.fn();
    const first = events.on('elected', heard);
    events.on('elected', heard);
    first();
    first();
    events.emit(elected);
    expect(heard).toHaveBeenCalledTimes(1);
  });

  it('ends a subscription by Symbol.dispose', () => {
    const heard = jest.fn();
    events.on('elected', heard)[Symbol.dispose]();
    events.onAny(heard)[Symbol.dispose]();
    events.emit(elected);
    expect(heard).not.toHaveBeenCalled();
  });

  it('tells an event to those who listened when it happened, whatever they do about it', () => {
    const heard: string[] = [];
    const end = events.on('elected', () => {
      heard.push('first');
      end();
      events.on('elected', () => heard.push('late'));
    });
    events.on('elected', () => heard.push('second'));
    events.emit(elected);
    expect(heard).toEqual(['first', 'second']);
  });

  it('contains what listeners throw and reject with, and reports it once a type', async () => {
    const heard = jest.fn();
    const thrown = new Error('thrown');
    events.on('elected', () => {
      throw thrown;
    });
    events.on('elected', () => Promise.reject(new Error('rejected')));
    events.on('elected', heard);
    events.on('paused', async () => {
      throw new Error('async');
    });
    for (let i = 0; i < 3; i++) {
      events.emit(elected);
      events.emit(paused);
    }
    await Promise.resolve();
    await new Promise(setImmediate);
    expect(heard).toHaveBeenCalledTimes(3);
    expect(failures).toEqual([
      ['elected', thrown],
      ['paused', new Error('async')],
    ]);
  });

  it('contains what is thrown by looking at what a listener returned', async () => {
    const hostile = Object.defineProperty({}, 'then', {
      get: () => {
        throw new Error('Do not look at me');
      },
    });
    events.on('elected', () => hostile);
    events.emit(elected);
    await new Promise(setImmediate);
    expect(failures.map(([type]) => type)).toEqual(['elected']);
  });
});

describe('bridgeEvents', () => {
  it('emits every event on the other emitter under its prefix, until it is ended', () => {
    const events = new BackgroundEvents({
      instanceId: 'one',
      now: () => 0,
      onListenerError: () => undefined,
    });
    const emitted: [string, BackgroundEvent][] = [];
    const emitter = { emit: (name: string, event: BackgroundEvent) => emitted.push([name, event]) };
    const end = bridgeEvents(events, emitter);
    bridgeEvents(events, emitter, { prefix: 'jobs/' });
    events.emit(elected);
    end();
    events.emit(paused);
    expect(emitted.map(([name, { type }]) => [name, type])).toEqual([
      ['background-services.elected', 'elected'],
      ['jobs/elected', 'elected'],
      ['jobs/paused', 'paused'],
    ]);
  });

  it('hands events to the emitter of @nestjs/event-emitter, wildcards and all', () => {
    const events = new BackgroundEvents({
      instanceId: 'one',
      now: () => 0,
      onListenerError: () => undefined,
    });
    const emitter = new EventEmitter2({ wildcard: true });
    const heard: string[] = [];
    emitter.on('background-services.*', ({ type, instanceId }: BackgroundEvent) =>
      heard.push(`${type} ${instanceId}`),
    );
    bridgeEvents(events, emitter);
    events.emit(elected);
    events.emit(paused);
    expect(heard).toEqual(['elected one', 'paused one']);
  });
});
