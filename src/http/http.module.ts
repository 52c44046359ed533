import { Module } from '@nestjs/common';
import { HttpConnections } from './http-connections.js';

@Module({ providers: [HttpConnections] })
export class HttpModule {}
