import { type INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';

/** Where people read about the API and try it; the document itself is at `<path>.json`. */
export const API_DOCS = 'api/docs';

/** Serves Swagger UI. The document is made when somebody asks for it, and not at boot. */
export function serveApiDocs(app: INestApplication): void {
  const config = new DocumentBuilder()
    .setTitle('Market data')
    .setDescription(
      'The reference host of nestjs-background-services. What changes something needs the API key.',
    )
    .addApiKey({ type: 'apiKey', name: 'x-api-key', in: 'header' })
    .build();
  SwaggerModule.setup(API_DOCS, app, () => SwaggerModule.createDocument(app, config), {
    jsonDocumentUrl: `${API_DOCS}.json`,
  });
}
