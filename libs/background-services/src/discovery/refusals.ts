import { InvalidWorkerError, show } from '../errors/index.js';

/** Why the boot is refused: each names the place, the problem and the cure. */

/** A message names this many options. */
const MOST_TOLD = 10;

const ADD_SCHEDULE =
  'Add one. If there is one, a decorator above it has replaced the method: put that decorator below the schedule decorator';

export function leakingSchedule(place: string, className: string): InvalidWorkerError {
  return new InvalidWorkerError(
    place,
    `a class above ${className} is @LeaderElected and ${className} is not, so this schedule would run on every replica`,
    `Decorate ${className} with @LeaderElected too`,
  );
}

export function hiddenSchedule(place: string): InvalidWorkerError {
  return new InvalidWorkerError(
    place,
    'a schedule decorator is on a static member, a field, a class or a method without a name, where nothing would ever run it',
    'Put it on an instance method',
  );
}

export function replacedMethod(place: string): InvalidWorkerError {
  return new InvalidWorkerError(
    place,
    'a decorator above has put another function in the place of the one with @LeaderElected or @Continuous, so that nothing would run, or the wrong thing',
    'Put that decorator below @LeaderElected, @Continuous and the schedule decorator',
  );
}

export function severalSchedules(place: string): InvalidWorkerError {
  return new InvalidWorkerError(
    place,
    'it has more than one schedule decorator',
    'Give each schedule a method of its own',
  );
}

export function withoutSchedule(place: string): InvalidWorkerError {
  return new InvalidWorkerError(
    place,
    '@LeaderElected is on a method without @Interval, @Cron, @Timeout or @Continuous',
    ADD_SCHEDULE,
  );
}

export function withoutElection(place: string): InvalidWorkerError {
  return new InvalidWorkerError(
    place,
    '@Continuous needs a leader, and neither the method nor its class has @LeaderElected',
    'Add @LeaderElected("some:key")',
  );
}

export function nothingToRun(className: string): InvalidWorkerError {
  return new InvalidWorkerError(
    className,
    '@LeaderElected has nothing to run: no method of it has @Interval, @Cron, @Timeout or @Continuous',
    `${ADD_SCHEDULE}. If the class adds its jobs at run time, use BackgroundServiceManager.register() instead of SchedulerRegistry, whose jobs run on every replica, and remove @LeaderElected`,
  );
}

export function notSingleton(places: readonly string[]): InvalidWorkerError {
  return new InvalidWorkerError(
    places.join(', '),
    'its class (or something it injects) is request-scoped or transient, so there is no instance to run it on',
    'Make it a singleton, and get what is request-scoped inside the method through ModuleRef.resolve()',
  );
}

export function withoutInstance(className: string): InvalidWorkerError {
  return new InvalidWorkerError(
    className,
    'it has workers, but no instance of it was made',
    'Make it a provider of a module that is imported',
  );
}

export function unreadOptions(place: string, options: readonly string[]): InvalidWorkerError {
  const told = options.slice(0, MOST_TOLD).map(show).join(', ');
  const more = options.length > MOST_TOLD ? ` and ${options.length - MOST_TOLD} more` : '';
  return new InvalidWorkerError(
    place,
    `@Cron has options that an elected worker does not obey: ${told}${more}`,
    'Leave them out. To run at the start, use @Timeout or manager.trigger(); BackgroundEvents tells how runs end',
  );
}
