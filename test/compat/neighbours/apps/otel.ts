import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Interval, ScheduleModule } from '@nestjs/schedule';
import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { LeaderElected } from 'nestjs-background-services';
import { traceBackgroundServices } from 'nestjs-background-services/tracing';
import { OpenTelemetryModule, Span } from 'nestjs-otel';
import { background, KEY, say, serve } from './harness.js';

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
trace.setGlobalTracerProvider(
  new BasicTracerProvider({
    spanProcessors: [
      new SimpleSpanProcessor({
        export(spans, done) {
          for (const { name, status, parentSpanContext } of spans)
            say(
              `span ${name} ${SpanStatusCode[status.code]} ${parentSpanContext ? 'in another' : 'on its own'}`,
            );
          done({ code: 0 });
        },
        shutdown: async () => undefined,
      }),
    ],
  }),
);

@Injectable()
class Elected {
  @Span('span-above')
  @LeaderElected(KEY)
  @Interval('above', 100)
  above(): void {
    say('elected above');
    throw new Error('no prices');
  }

  @Interval('below', 100)
  @LeaderElected(KEY)
  @Span('span-below')
  below(): void {
    say('elected below');
  }
}

@Injectable()
class Plain {
  @Interval('plain', 100)
  @Span('span-plain')
  update(): void {
    say('plain');
  }
}

@Module({
  imports: [
    OpenTelemetryModule.forRoot(),
    ScheduleModule.forRoot(),
    background({ instrumentation: traceBackgroundServices(), circuitBreaker: false }),
  ],
  providers: [Elected, Plain],
})
class AppModule {}

void NestFactory.create(AppModule).then(serve);
