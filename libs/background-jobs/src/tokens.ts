/** The resolved options. */
export const RESOLVED_OPTIONS = Symbol('nestjs-background-jobs:options');
export const JOB_STORE = Symbol('nestjs-background-jobs:store');
export const JOB_ENGINE = Symbol('nestjs-background-jobs:engine');
