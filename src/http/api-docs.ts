import { type INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';

/** Where people read about the API and try it; the document itself is at `<path>.json`. */
export const API_DOCS = 'api/docs';

const SCHEME = 'x-api-key';

/** Serves Swagger UI. The document is made when somebody asks for it, and not at boot. */
export function serveApiDocs(app: INestApplication): void {
  const config = new DocumentBuilder()
    .setTitle('Market data')
    .setDescription(
      'The reference host of nestjs-background-services. What changes something needs the API key.',
    )
    .addApiKey({ type: 'apiKey', name: 'x-api-key', in: 'header' }, SCHEME)
    .build();
  SwaggerModule.setup(API_DOCS, app, () => withSecurity(SwaggerModule.createDocument(app, config)), {
    jsonDocumentUrl: `${API_DOCS}.json`,
  });
}

/** Swagger UI sends the key only where an operation asks for it. Routes of the libraries do not know this app's scheme; they document a 401. */
function withSecurity(document: OpenAPIObject): OpenAPIObject {
  for (const path of Object.values(document.paths)) {
    for (const operation of [path.get, path.post, path.put, path.patch, path.delete])
      if (operation?.responses['401']) operation.security = [{ [SCHEME]: [] }];
  }
  return document;
}
