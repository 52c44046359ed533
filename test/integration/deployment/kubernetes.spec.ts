import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Deployment, type IDeployment } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { Service } from 'kubernetes-models/v1';
import { parse } from 'yaml';
import { validateEnvironment } from '../../../src/config/environment.js';
import { readSource } from '../../support/deployment.js';
import { problemsOfTypes, type TypedValue } from '../../support/problems-of-types.js';

const read = async <T>(name: string): Promise<T> =>
  parse(await readSource(`.docker/kubernetes/${name}.yaml`)) as T;

const KINDS = [
  { file: 'deployment', module: 'kubernetes-models/apps/v1', model: Deployment },
  { file: 'service', module: 'kubernetes-models/v1', model: Service },
  { file: 'pod-disruption-budget', module: 'kubernetes-models/policy/v1', model: PodDisruptionBudget },
  {
    file: 'horizontal-pod-autoscaler',
    module: 'kubernetes-models/autoscaling/v2',
    model: HorizontalPodAutoscaler,
  },
] as const;

const typed = (module: string, kind: string, value: unknown): TypedValue => ({
  module,
  type: `I${kind}`,
  value,
});

describe('.docker/kubernetes', () => {
  let deployment: IDeployment;
  let pod: NonNullable<NonNullable<IDeployment['spec']>['template']['spec']>;
  let app: (typeof pod.containers)[number];
  let folder: string;

  beforeAll(async () => {
    deployment = await read<IDeployment>('deployment');
    pod = deployment.spec!.template.spec!;
    app = pod.containers[0]!;
    // Inside the repository, so that packages are found by their names.
    await mkdir('.cache', { recursive: true });
    folder = await mkdtemp(resolve('.cache', 'manifests-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is valid by the schemas of Kubernetes', async () => {
    for (const { file, model } of KINDS) {
      const manifest = await read<ConstructorParameters<typeof Deployment>[0]>(file);
      expect({ file, kind: model.kind, apiVersion: model.apiVersion }).toMatchObject({
        file,
        kind: (manifest as { kind?: string }).kind,
        apiVersion: (manifest as { apiVersion?: string }).apiVersion,
      });
      expect(() => new model(manifest as never).validate()).not.toThrow();
    }
  });

  it('has no key that Kubernetes does not know', async () => {
    const manifests = await Promise.all(
      KINDS.map(async ({ file, module, model }) => typed(module, model.kind, await read(file))),
    );
    expect(problemsOfTypes(folder, manifests)).toEqual([]);
    const misspelt = { ...deployment, spec: { ...deployment.spec, minReadySecond: 5 } };
    expect(problemsOfTypes(folder, [typed(KINDS[0].module, 'Deployment', misspelt)])).toEqual([
      expect.stringMatching(/minReadySecond.* does not exist in type 'IDeploymentSpec'/),
    ]);
  }, 60_000);

  it('replaces replicas without ever having fewer', () => {
    expect(deployment.spec).toMatchObject({
      replicas: 3,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    });
  });

  it('lets a pod leave the endpoints, drain and answer before it is killed', () => {
    const [program, seconds] = app.lifecycle!.preStop!.exec!.command!;
    expect(program).toBe('sleep');
    const { DRAIN_TIMEOUT, HTTP_DRAIN } = environment();
    const needed = Number(seconds) * 1_000 + DRAIN_TIMEOUT + HTTP_DRAIN + 2_000;
    expect(pod.terminationGracePeriodSeconds! * 1_000).toBeGreaterThan(needed);
  });

  it('gives the app an environment that it accepts, and no variable that it does not know', () => {
    expect(Object.keys(environment())).toEqual(expect.arrayContaining(Object.keys(given())));
  });

  it('probes what never fails for a sick worker, at the port where the app listens', () => {
    expect([app.startupProbe, app.livenessProbe, app.readinessProbe].map((probe) => probe?.httpGet)).toEqual([
      { path: '/health/live', port: 'http' },
      { path: '/health/live', port: 'http' },
      { path: '/health/ready', port: 'http' },
    ]);
    expect(app.ports).toEqual([{ name: 'http', containerPort: environment().PORT }]);
  });

  it('selects the pods of the deployment everywhere', async () => {
    const { labels } = deployment.spec!.template.metadata!;
    const service = await read<{ spec: { selector: object; ports: { targetPort: string }[] } }>('service');
    const budget = await read<{ spec: { selector: { matchLabels: object } } }>('pod-disruption-budget');
    const scaler = await read<{ spec: { scaleTargetRef: object } }>('horizontal-pod-autoscaler');
    for (const selected of [
      deployment.spec!.selector.matchLabels,
      service.spec.selector,
      budget.spec.selector.matchLabels,
    ])
      expect(labels).toMatchObject(selected as Record<string, string>);
    expect(service.spec.ports.map(({ targetPort }) => targetPort)).toEqual(['http']);
    const { apiVersion, kind, metadata } = deployment;
    expect(scaler.spec.scaleTargetRef).toEqual({ apiVersion, kind, name: metadata!.name });
  });

  function given(): Record<string, string> {
    const own = app.env!.map(({ name, value }) => [name, value ?? 'pod-1'] as const);
    const ofSecret = { REDIS_URL: 'redis://redis', DATABASE_URL: 'postgres://postgres/market', API_KEY: 'k' };
    return { ...Object.fromEntries(own), ...ofSecret };
  }

  function environment() {
    return validateEnvironment(given());
  }
});
