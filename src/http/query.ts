import { z } from 'zod';

/** The end of a message about a wrong value. */
export const received = (input: unknown) =>
  `received ${input === undefined ? 'nothing' : JSON.stringify(input)}`;

/** How many rows a caller wants, newest first. */
export function limit(fallback: number, max = 1_000) {
  return z
    .string({ error: ({ input }) => `expected one whole number, ${received(input)}` })
    .refine((text) => /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= max, {
      error: ({ input }) => `expected a whole number from 1 to ${max}, ${received(input)}`,
    })
    .transform(Number)
    .default(fallback);
}

export function oneOf<const T extends readonly [string, ...string[]]>(values: T, fallback: T[number]) {
  return z
    .enum(values, { error: ({ input }) => `expected ${values.join(', ')}, ${received(input)}` })
    .default(fallback as never);
}
