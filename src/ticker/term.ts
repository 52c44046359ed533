import { type Iteration } from 'nestjs-background-services';

/** What the ticker's parts need to know of the iteration they work for. */
export type StreamTerm = Pick<Iteration, 'key' | 'fencingToken' | 'signal' | 'logger'>;
