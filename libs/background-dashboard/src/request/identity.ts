import { Inject, Injectable } from '@nestjs/common';
import type { ResolvedOptions } from '../options/index.js';
import { RESOLVED_OPTIONS } from '../tokens.js';

/** Who is asking, as the app says. */
@Injectable()
export class Identity {
  constructor(@Inject(RESOLVED_OPTIONS) private readonly options: ResolvedOptions) {}

  /** `undefined`: the app says nothing of that. One that it cannot name has an empty name, with which no command is accepted. */
  async of(request: unknown): Promise<{ readonly by: string } | undefined> {
    const { identify } = this.options;
    return identify && { by: (await identify(request)) ?? '' };
  }
}
