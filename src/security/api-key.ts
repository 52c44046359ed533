import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { type Environment } from '../config/environment.js';

/** The secret that lets callers change something: `API_KEY`, or a random one that is printed once at start. */
@Injectable()
export class ApiKey {
  private readonly digest: Buffer;

  constructor(config: ConfigService<Environment, true>) {
    const configured = config.get('API_KEY', { infer: true });
    const key = configured ?? randomBytes(18).toString('base64url');
    if (configured === undefined)
      new Logger('ApiKey').log(`API_KEY is not set. For this run: x-api-key: ${key}`);
    this.digest = digestOf(key);
  }

  /** Takes the same time however much of the key is right; digests have one length, as the comparison needs. */
  matches(candidate: string): boolean {
    return timingSafeEqual(digestOf(candidate), this.digest);
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
