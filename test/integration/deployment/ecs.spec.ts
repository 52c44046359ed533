import { beforeAll, describe, expect, it } from '@jest/globals';
import { validateEnvironment } from '../../../src/config/environment.js';
import { healthcheckPath, readSource } from '../../support/deployment.js';
import { type EcsService, ecsService, type TaskDefinition, taskDefinition } from './ecs-schema.js';

const read = async (name: string): Promise<unknown> =>
  JSON.parse(await readSource(`.docker/ecs/${name}.json`)) as unknown;

describe('.docker/ecs', () => {
  let task: TaskDefinition;
  let service: EcsService;
  let app: TaskDefinition['containerDefinitions'][number];

  beforeAll(async () => {
    task = taskDefinition.parse(await read('task-definition'));
    service = ecsService.parse(await read('service'));
    app = task.containerDefinitions[0]!;
  });

  it('is what register-task-definition and create-service take, with no other key', async () => {
    const misspelt = { ...((await read('task-definition')) as object), netWorkMode: 'awsvpc' };
    expect(taskDefinition.safeParse(misspelt).error?.message).toContain('netWorkMode');
    expect(taskDefinition.safeParse({ ...task, cpu: undefined }).success).toBe(false);
  });

  it('gives the app an environment that it accepts, and no variable that it does not know', () => {
    expect(Object.keys(environment())).toEqual(expect.arrayContaining(Object.keys(given())));
  });

  it('has secrets from the parameter store, not in the file', () => {
    expect(app.secrets.map(({ name }) => name)).toEqual(['REDIS_URL', 'DATABASE_URL', 'API_KEY']);
  });

  it('lets the app drain and answer before it is killed', () => {
    const { DRAIN_TIMEOUT, HTTP_DRAIN } = environment();
    expect(app.stopTimeout * 1_000).toBeGreaterThan(DRAIN_TIMEOUT + HTTP_DRAIN + 2_000);
  });

  it('asks for health at a path that exists', () => {
    expect(healthcheckPath(app.healthCheck.command)).toBe('/health/live');
  });

  it('never has fewer than the three replicas, and replaces one at a time', () => {
    const { desiredCount, deploymentConfiguration } = service;
    expect([desiredCount, deploymentConfiguration.minimumHealthyPercent]).toEqual([3, 100]);
    expect(Math.floor((desiredCount * deploymentConfiguration.maximumPercent) / 100)).toBe(4);
  });

  it('runs this task, and balances the load over its port', () => {
    expect(service.taskDefinition).toBe(task.family);
    const [{ containerName, containerPort }] = service.loadBalancers as [EcsService['loadBalancers'][number]];
    expect([containerName, containerPort]).toEqual([app.name, environment().PORT]);
    expect(app.portMappings.map((mapping) => mapping.containerPort)).toEqual([containerPort]);
  });

  function given(): Record<string, string> {
    const own = Object.fromEntries(app.environment.map(({ name, value }) => [name, value]));
    return { ...own, REDIS_URL: 'rediss://cache', DATABASE_URL: 'postgres://db/market', API_KEY: 'key' };
  }

  function environment() {
    return validateEnvironment(given());
  }
});
