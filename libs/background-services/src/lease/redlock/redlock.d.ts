/** What is used of redlock 5.0.0-beta.2, whose own types do not resolve under `moduleResolution: nodenext`. */
declare module 'redlock' {
  /** What redlock asks of a Redis client. */
  export interface Client {
    evalsha(hash: string, numberOfKeys: number, args: readonly (string | number)[]): Promise<unknown>;
    eval(script: string, numberOfKeys: number, args: readonly (string | number)[]): Promise<unknown>;
  }

  export interface Settings {
    readonly retryCount: number;
  }

  export class Lock {
    constructor(
      redlock: Redlock,
      resources: readonly string[],
      value: string,
      attempts: readonly never[],
      expiration: number,
    );
  }

  export class ExecutionError extends Error {}

  export default class Redlock {
    constructor(clients: Iterable<Client>, settings: Settings);
    acquire(resources: readonly string[], duration: number): Promise<Lock>;
    extend(lock: Lock, duration: number): Promise<Lock>;
    release(lock: Lock): Promise<unknown>;
  }
}
