import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';
import { onCleanUp } from './deferred-cleanup.js';

/** A server on the loopback interface that speaks S3. Its buckets end with the test at the latest. */
export class S3Server {
  /** The variables from which a client takes who it is. */
  readonly credentials = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' } as const;
  readonly region = 'us-east-1';
  private readonly client: S3Client;

  private constructor(
    private readonly server: S3rver,
    private readonly folder: string,
    readonly endpoint: string,
  ) {
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = this.credentials;
    this.client = new S3Client({
      endpoint,
      region: this.region,
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
    });
  }

  static async start(): Promise<S3Server> {
    const directory = await mkdtemp(join(tmpdir(), 's3-'));
    const server = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory });
    const { port } = await server.run();
    const started = new S3Server(server, directory, `http://127.0.0.1:${port}`);
    onCleanUp(() => started.stop());
    return started;
  }

  async keys(bucket: string): Promise<string[]> {
    const { Contents = [] } = await this.client.send(new ListObjectsV2Command({ Bucket: bucket }));
    return Contents.map(({ Key }) => Key!);
  }

  async read(bucket: string, key: string): Promise<{ bytes: Uint8Array; contentType: string | undefined }> {
    const { Body, ContentType } = await this.client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return { bytes: await Body!.transformToByteArray(), contentType: ContentType };
  }

  async stop(): Promise<void> {
    this.client.destroy();
    await this.server.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
