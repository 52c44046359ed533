import * as Sentry from '@sentry/nestjs';

// As its documentation has it: before anything else is loaded. Nothing is sent.
Sentry.init({
  dsn: 'http://public@127.0.0.1:9/1',
  beforeSend(event) {
    const [exception] = event.exception?.values ?? [];
    process.stdout.write(`reported ${String(exception?.value)} by ${String(exception?.mechanism?.type)}\n`);
    return null;
  },
});
