import { Controller, Inject, Query, Res, type Type, UseGuards } from '@nestjs/common';
import { Replies } from 'nestjs-background-http-kit';
import { readDetail } from './detail.js';
import { HostHealthGuard } from './host-health.guard.js';
import { HealthPages } from './health-page.js';
import { ReadinessCheck } from './readiness-check.js';
import { Terminus } from './terminus.js';

/**
 * Makes a controller class of its own for each app, because its routes come from options that are known only once providers are made, and
 * are written on the class then, by `mountHealthRoutes`. The guard is named here, too, or Nest would make no instance of it.
 */
export function createHealthController(): Type {
  @Controller([])
  class BackgroundHealthController {
    constructor(
      @Inject(Terminus) private readonly terminus: Terminus,
      @Inject(HealthPages) private readonly pages: HealthPages,
      @Inject(ReadinessCheck) private readonly readiness: ReadinessCheck,
      @Inject(Replies) private readonly replies: Replies,
    ) {}

    /** 200 if no worker that this replica leads is degraded and the lease store answers, else 503. */
    @UseGuards(HostHealthGuard)
    async checkBackground(@Query('detail') asked: unknown, @Res() response: unknown): Promise<void> {
      const { status, text } = await this.pages.page(readDetail(asked));
      this.replies.send(response, { status, type: 'application/json; charset=utf-8', text });
    }

    /** 200 for as long as the process answers, also while it shuts down; never fails for a sick worker or store. */
    checkLiveness() {
      const details = { process: { status: 'up' } };
      return { status: 'ok', info: details, error: {}, details };
    }

    /** 200 between the end of the boot and the beginning of the shutdown; never fails for a sick worker, and for the store by option only. */
    async checkReadiness() {
      const { checks } = await this.terminus.services();
      return checks.check(this.readiness.indicators());
    }
  }
  return BackgroundHealthController;
}
