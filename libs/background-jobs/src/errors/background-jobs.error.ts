/** Every error of this package, with a code that stays the same. */
export abstract class BackgroundJobsError extends Error {
  abstract readonly code: `BGJ_${string}`;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}
