import { describe, expect, it } from '@jest/globals';
import { HttpException } from '@nestjs/common';
import {
  type BackgroundServiceManager,
  CircuitOpenError,
  type IterationOutcome,
  NotLeaderError,
  WorkerBusyError,
} from 'nestjs-background-services';
import { runNow } from './run-now.js';

const managerThat = (trigger: () => Promise<IterationOutcome>) =>
  ({ trigger }) as unknown as BackgroundServiceManager;

async function answerTo(trigger: () => Promise<IterationOutcome>) {
  const error: unknown = await runNow(managerThat(trigger), 'work').catch((thrown: unknown) => thrown);
  if (!(error instanceof HttpException))
    throw new Error(`expected an HttpException, received ${String(error)}`);
  return { status: error.getStatus(), body: error.getResponse() };
}

describe('runNow', () => {
  it('waits for the work', async () => {
    const manager = managerThat(() => Promise.resolve({ outcome: 'succeeded', duration: 1 }));
    await expect(runNow(manager, 'work')).resolves.toBeUndefined();
  });

  it('names the leader to whoever asked another replica', async () => {
    expect(await answerTo(() => Promise.reject(new NotLeaderError('key', 'replica-2')))).toMatchObject({
      status: 409,
      body: { code: 'BGS_NOT_LEADER', leader: 'replica-2' },
    });
    expect(await answerTo(() => Promise.reject(new NotLeaderError('key', undefined)))).toMatchObject({
      body: { leader: null },
    });
  });

  it('answers 409 while the worker runs, and 503 while its breaker is open', async () => {
    expect(await answerTo(() => Promise.reject(new WorkerBusyError('work')))).toMatchObject({ status: 409 });
    const retryAt = new Date('2026-11-20T12:00:00Z');
    expect(await answerTo(() => Promise.reject(new CircuitOpenError('work', retryAt)))).toMatchObject({
      status: 503,
      body: { retryAt },
    });
  });

  it('does not take a failure or a cut for a success', async () => {
    const secret = new Error('password: hunter2');
    const failed = await answerTo(() => Promise.resolve({ outcome: 'failed', duration: 1, error: secret }));
    expect(failed.status).toBe(500);
    expect(JSON.stringify(failed.body)).not.toContain('hunter2');
    expect(await answerTo(() => Promise.resolve({ outcome: 'aborted', duration: 1 }))).toMatchObject({
      status: 409,
    });
  });

  it('leaves an error that it does not know as it is', async () => {
    const surprise = new TypeError('surprise');
    await expect(
      runNow(
        managerThat(() => Promise.reject(surprise)),
        'work',
      ),
    ).rejects.toBe(surprise);
  });
});
