import { z } from 'zod';

/*
 * The parts of RegisterTaskDefinition and CreateService (Amazon ECS API reference, version 2014-11-13) that this project uses, for tasks on
 * Fargate. Strict: a key that is not listed is a mistake, or has to be looked up there and added.
 */

const arn = z.string().regex(/^arn:aws:[a-z0-9-]+:[a-z0-9-]*:\d{12}:\S+$/);
const name = z.string().regex(/^[a-zA-Z0-9_-]{1,255}$/);

/** The pairs that Fargate has, from its smaller sizes: CPU units and MiB. */
const SIZES: Readonly<Record<string, readonly string[]>> = {
  256: ['512', '1024', '2048'],
  512: ['1024', '2048', '3072', '4096'],
  1024: ['2048', '3072', '4096', '5120', '6144', '7168', '8192'],
};

const container = z.strictObject({
  name,
  image: z.string().regex(/^\S+:[\w.-]+$/, { error: 'an image with a tag' }),
  essential: z.literal(true),
  portMappings: z.array(
    z.strictObject({
      name: z.string().regex(/^[a-z0-9_-]{1,64}$/),
      containerPort: z.int().min(1).max(65_535),
      protocol: z.enum(['tcp', 'udp']),
      appProtocol: z.enum(['http', 'http2', 'grpc']),
    }),
  ),
  environment: z.array(z.strictObject({ name: z.string(), value: z.string() })),
  secrets: z.array(z.strictObject({ name: z.string(), valueFrom: arn })),
  /** Seconds; Fargate allows two minutes. */
  stopTimeout: z.int().min(0).max(120),
  healthCheck: z.strictObject({
    command: z.tuple([z.literal('CMD'), z.string()], z.string()),
    interval: z.int().min(5).max(300),
    timeout: z.int().min(2).max(60),
    retries: z.int().min(1).max(10),
    startPeriod: z.int().min(0).max(300),
  }),
  user: z.string(),
  readonlyRootFilesystem: z.boolean(),
  linuxParameters: z.strictObject({
    initProcessEnabled: z.boolean(),
    capabilities: z.strictObject({ drop: z.array(z.string()) }),
  }),
  logConfiguration: z.strictObject({
    logDriver: z.enum(['awslogs', 'splunk', 'awsfirelens']),
    options: z.record(z.string(), z.string()),
  }),
});

export const taskDefinition = z
  .strictObject({
    family: name,
    requiresCompatibilities: z.tuple([z.literal('FARGATE')]),
    networkMode: z.literal('awsvpc'),
    cpu: z.string(),
    memory: z.string(),
    runtimePlatform: z.strictObject({
      cpuArchitecture: z.enum(['X86_64', 'ARM64']),
      operatingSystemFamily: z.literal('LINUX'),
    }),
    executionRoleArn: arn,
    containerDefinitions: z.array(container).min(1),
  })
  .refine(({ cpu, memory }) => SIZES[cpu]?.includes(memory), { error: 'a size that Fargate has' });

export const ecsService = z.strictObject({
  cluster: name,
  serviceName: name,
  taskDefinition: name,
  desiredCount: z.int().min(0),
  launchType: z.literal('FARGATE'),
  deploymentConfiguration: z.strictObject({
    minimumHealthyPercent: z.int().min(0).max(100),
    maximumPercent: z.int().min(100).max(200),
    deploymentCircuitBreaker: z.strictObject({ enable: z.boolean(), rollback: z.boolean() }),
  }),
  availabilityZoneRebalancing: z.enum(['ENABLED', 'DISABLED']),
  healthCheckGracePeriodSeconds: z.int().min(0),
  enableExecuteCommand: z.boolean(),
  loadBalancers: z
    .array(z.strictObject({ targetGroupArn: arn, containerName: name, containerPort: z.int() }))
    .min(1),
  networkConfiguration: z.strictObject({
    awsvpcConfiguration: z.strictObject({
      subnets: z.array(z.string().regex(/^subnet-[0-9a-f]+$/)).min(1),
      securityGroups: z.array(z.string().regex(/^sg-[0-9a-f]+$/)).min(1),
      assignPublicIp: z.enum(['ENABLED', 'DISABLED']),
    }),
  }),
});

export type TaskDefinition = z.infer<typeof taskDefinition>;
export type EcsService = z.infer<typeof ecsService>;
