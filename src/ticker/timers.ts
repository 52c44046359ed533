/** Injection token of the library's `Clock`, for what waits. What asks for the time of the market injects the host's `Clock`. */
export const TIMERS = Symbol('TICKER_TIMERS');
