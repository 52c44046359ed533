/** An object to be stored. */
export interface StoredObject {
  /** Parts between slashes, such as `AAPL/2024/2024-01-02.parquet`. */
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly contentType: string;
}

/** Where results are kept. An abstract class, so that it is its own injection token. */
export abstract class ObjectStorage {
  abstract exists(key: string, signal: AbortSignal): Promise<boolean>;

  /**
   * Stores all of an object or nothing of it, in place of an older one of the same key: so whoever finds an object may rely on it, even if its writer was
   * killed half way.
   */
  abstract put(object: StoredObject, signal: AbortSignal): Promise<void>;
}
