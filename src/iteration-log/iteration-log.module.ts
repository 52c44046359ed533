import { Module } from '@nestjs/common';
import { IterationLog } from './iteration-log.js';

@Module({ providers: [IterationLog] })
export class IterationLogModule {}
