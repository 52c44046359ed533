import { Logger } from '@nestjs/common';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { type DatabaseConnection } from './database.js';
import * as schema from './schema.js';

const CONNECT_TIMEOUT = 5_000;

export function connectPostgres(url: string): DatabaseConnection {
  const pool = new pg.Pool({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT });
  // An idle connection that breaks is replaced by the pool; without a listener its error would end the process.
  pool.on('error', (error) => new Logger('PostgreSQL').warn(`An idle connection broke: ${error.message}`));
  return { db: drizzle({ client: pool, schema }), close: () => pool.end() };
}
