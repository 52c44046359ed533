import { FileStorage } from './file-storage.js';
import { type ObjectStorage } from './object-storage.js';

export interface StorageSettings {
  /** A folder, or `s3://bucket` with or without `/prefix`. */
  readonly location: string;
  /** Of what speaks S3 but is not Amazon's, such as MinIO. */
  readonly endpoint: string | undefined;
  readonly region: string;
}

const CONNECTION_TIMEOUT = 3_000;

/** Opens no connection: that is done by the first object. */
export async function openStorage({ location, endpoint, region }: StorageSettings): Promise<ObjectStorage> {
  const [, bucket, prefix] = /^s3:\/\/([^/]+)\/?(.*?)\/?$/.exec(location) ?? [];
  if (bucket === undefined) return new FileStorage(location);
  // Large, and not needed for files.
  const [{ S3Client }, { S3Storage }] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('./s3-storage.js'),
  ]);
  const client = new S3Client({
    region,
    // Buckets as a part of the path: other servers have no host name for each.
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    requestHandler: { connectionTimeout: CONNECTION_TIMEOUT },
    // Who calls tries again, and knows how often.
    maxAttempts: 1,
    // Not all that speak S3 know the checksums that Amazon's does.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  return new S3Storage(client, bucket, prefix ? `${prefix}/` : '');
}
