import { HttpException, Inject, Injectable } from '@nestjs/common';
import { BackgroundHealthIndicator } from './background-health.indicator.js';
import type { HealthDetail } from './detail.js';
import type { HealthDetails } from './health-details.js';
import { Terminus } from './terminus.js';

/** A health body, ready to be sent. */
export interface HealthPage {
  readonly status: number;
  readonly text: string;
}

interface Rendering {
  readonly of: HealthDetails;
  readonly page: Promise<HealthPage>;
}

/** Renders the background health once for all who ask within a second, in the shape of Terminus. */
@Injectable()
export class HealthPages {
  readonly #renderings = new Map<HealthDetail | undefined, Rendering>();

  constructor(
    @Inject(Terminus) private readonly terminus: Terminus,
    @Inject(BackgroundHealthIndicator) private readonly background: BackgroundHealthIndicator,
  ) {}

  /** @param detail not given: what fits the number of workers */
  page(detail: HealthDetail | undefined): Promise<HealthPage> {
    const details = this.background.details(detail);
    const last = this.#renderings.get(detail);
    if (last?.of === details) return last.page;
    const rendering = { of: details, page: this.#render(detail) };
    this.#renderings.set(detail, rendering);
    rendering.page.catch(() => {
      if (this.#renderings.get(detail) === rendering) this.#renderings.delete(detail);
    });
    return rendering.page;
  }

  async #render(detail: HealthDetail | undefined): Promise<HealthPage> {
    const { checks } = await this.terminus.services();
    try {
      const body = await checks.check([() => this.background.isHealthy('background', detail)]);
      return { status: 200, text: JSON.stringify(body) };
    } catch (error) {
      if (!(error instanceof HttpException)) throw error;
      return { status: error.getStatus(), text: JSON.stringify(error.getResponse()) };
    }
  }
}
