import { type Iteration } from 'nestjs-background-services';

/** What the ticker's parts need to know of the iteration they work for: a term of one shard. */
export type StreamTerm = Pick<Iteration, 'key' | 'shard' | 'owns' | 'fencingToken' | 'signal' | 'logger'>;
