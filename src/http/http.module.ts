import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { HttpConnections } from './http-connections.js';
import { UnreadBodyFilter } from './unread-body.filter.js';

@Module({ providers: [HttpConnections, { provide: APP_FILTER, useClass: UnreadBodyFilter }] })
export class HttpModule {}
