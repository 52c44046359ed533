import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { type Environment } from '../config/environment.js';
import { DATABASE, type DatabaseConnection } from './database.js';
import { FencedWriter } from './fenced-writer.js';
import { openDatabase } from './open-database.js';

const CONNECTION = Symbol('DATABASE_CONNECTION');

@Global()
@Module({
  providers: [
    {
      provide: CONNECTION,
      inject: [ConfigService],
      useFactory: (config: ConfigService<Environment, true>) =>
        openDatabase({
          url: config.get('DATABASE_URL', { infer: true }),
          dataDir: config.get('DATA_DIR', { infer: true }),
        }),
    },
    { provide: DATABASE, inject: [CONNECTION], useFactory: ({ db }: DatabaseConnection) => db },
    FencedWriter,
  ],
  exports: [DATABASE, FencedWriter],
})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(@Inject(CONNECTION) private readonly connection: DatabaseConnection) {}

  /** The last hook of all: workers have drained in `onModuleDestroy`, and the HTTP server has closed. */
  onApplicationShutdown(): Promise<void> {
    return this.connection.close();
  }
}
