import {
  CreateBucketCommand,
  HeadObjectCommand,
  NoSuchBucket,
  NotFound,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { type OnApplicationShutdown } from '@nestjs/common';
import { ObjectStorage, type StoredObject } from './object-storage.js';

/** Objects in a bucket of S3, or of what speaks its protocol. */
export class S3Storage extends ObjectStorage implements OnApplicationShutdown {
  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
    /** In front of every key: `''`, or ends with a slash. */
    private readonly prefix: string,
  ) {
    super();
  }

  override async exists(key: string, abortSignal: AbortSignal): Promise<boolean> {
    try {
      await this.client.send(new HeadObjectCommand(this.at(key)), { abortSignal });
      return true;
    } catch (error) {
      // Of a bucket that is not there yet, too.
      if (error instanceof NotFound) return false;
      throw error;
    }
  }

  override async put({ key, bytes, contentType }: StoredObject, abortSignal: AbortSignal): Promise<void> {
    const command = new PutObjectCommand({ ...this.at(key), Body: bytes, ContentType: contentType });
    try {
      await this.client.send(command, { abortSignal });
    } catch (error) {
      if (!(error instanceof NoSuchBucket)) throw error;
      await this.createBucket(abortSignal);
      await this.client.send(command, { abortSignal });
    }
  }

  onApplicationShutdown(): void {
    this.client.destroy();
  }

  private at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.bucket, Key: `${this.prefix}${key}` };
  }

  private async createBucket(abortSignal: AbortSignal): Promise<void> {
    try {
      await this.client.send(new CreateBucketCommand({ Bucket: this.bucket }), { abortSignal });
    } catch (error) {
      // Another item, or another replica, was faster.
      const { name } = error as Error;
      if (name !== 'BucketAlreadyOwnedByYou' && name !== 'BucketAlreadyExists') throw error;
    }
  }
}
