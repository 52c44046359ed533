/** The resolved options. */
export const RESOLVED_OPTIONS = Symbol('nestjs-background-dashboard:options');
