/**
 * Into how many shards the symbols are dealt out: one for each symbol of today, by its name. Another number is another deal, see the README of the
 * library before you change it.
 */
export const AGGREGATION_SHARDS = 12;
