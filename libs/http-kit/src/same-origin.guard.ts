import {
  type CanActivate,
  type ExecutionContext,
  ForbiddenException,
  Injectable,
  UnsupportedMediaTypeException,
} from '@nestjs/common';
import type { IncomingHttpHeaders } from 'node:http';

/**
 * Keeps other sites from acting in the name of a browser that is signed in here. They can neither send JSON without a preflight nor hide where
 * a request comes from. Clients that are not browsers do not say where they come from, and have no session to abuse.
 */
@Injectable()
export class SameOriginGuard implements CanActivate {
  /** @throws UnsupportedMediaTypeException, ForbiddenException */
  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<{ readonly headers: IncomingHttpHeaders }>();
    if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? ''))
      throw new UnsupportedMediaTypeException({
        code: 'BGS_NOT_JSON',
        message: 'Send the order as application/json',
      });
    if (!isSameOrigin(headers))
      throw new ForbiddenException({
        code: 'BGS_CROSS_ORIGIN',
        message:
          'The request comes from another site. Behind a proxy, let it hand on the Host header that the browser sent',
      });
    return true;
  }
}

function isSameOrigin(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  // Browsers send it over HTTPS and from localhost; `none`: the user typed or scripted it.
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const { origin, host } = headers;
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}
