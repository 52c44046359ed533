import {
  Controller,
  Get,
  Inject,
  NotFoundException,
  Param,
  Req,
  Res,
  type Type,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import { ProblemFilter, ReadGuard, Replies } from 'nestjs-background-http-kit';
import { PageAssets } from './page-assets.js';
import { CONTENT_SECURITY_POLICY, renderPage } from './page-document.js';

/** Makes a controller class of its own for each app, because its path comes from options that are known only once providers are made. */
export function createPageController(): Type {
  @Controller()
  @UseFilters(ProblemFilter)
  @UseGuards(ReadGuard)
  class BackgroundDashboardPageController {
    constructor(
      @Inject(PageAssets) private readonly assets: PageAssets,
      @Inject(Replies) private readonly replies: Replies,
    ) {}

    @Get()
    page(@Req() request: Asked, @Res() response: unknown): void {
      this.replies.send(response, {
        status: 200,
        type: 'text/html; charset=utf-8',
        text: renderPage(this.assets, request.originalUrl ?? request.url),
        headers: {
          'content-security-policy': CONTENT_SECURITY_POLICY,
          'referrer-policy': 'no-referrer',
          'x-frame-options': 'DENY',
        },
      });
    }

    /** A name is never used for another content, so browsers may keep it; caches between may not, because it is behind the guard. */
    @Get('assets/:name')
    asset(@Param('name') name: string, @Res() response: unknown): void {
      const asset = this.assets.get(name);
      if (!asset) throw new NotFoundException('The page has no such file');
      this.replies.send(response, {
        status: 200,
        type: asset.type,
        text: asset.text,
        headers: { 'cache-control': 'private, max-age=31536000, immutable' },
      });
    }
  }
  return BackgroundDashboardPageController;
}

/** The request, of whichever HTTP adapter. */
interface Asked {
  readonly originalUrl?: string;
  readonly url: string;
}
