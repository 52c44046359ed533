import type { PageAssets } from './page-assets.js';

/**
 * What the page may load: its own script and style, and the API beside them. Nothing inline, nothing from elsewhere, and no other page may
 * frame it.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * The page. Its links are relative, so that it works below whatever prefix a proxy puts before it.
 * @param url of the request, as the browser sees its last segment: without a slash at its end, links start beside the page, not below it
 */
export function renderPage({ script, style }: PageAssets, url: string): string {
  const path = url.replace(/[?#].*$/s, '');
  const base = path.endsWith('/') ? '' : `${path.slice(path.lastIndexOf('/') + 1)}/`;
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="robots" content="noindex" />
    <title>Background workers</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="${escape(`./${base}assets/${style.name}`)}" />
    <script type="module" src="${escape(`./${base}assets/${script.name}`)}"></script>
  </head>
  <body>
    <noscript>This page needs JavaScript. Without it, the same is at api/fleet, as JSON.</noscript>
  </body>
</html>
`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
