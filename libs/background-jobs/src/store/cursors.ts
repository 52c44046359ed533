import { InvalidJobRequestError } from '../errors/index.js';
import { isJobId } from '../model/index.js';

/** The id that a page of jobs comes after; `undefined`: it is the first page. @throws InvalidJobRequestError */
export function readJobCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  if (!isJobId(cursor)) throw new InvalidJobRequestError('cursor', EXPECTED, cursor);
  // As ids are made: they are compared as texts.
  return cursor.toLowerCase();
}

/** The position that a page of items begins at. @throws InvalidJobRequestError */
export function readItemCursor(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  if (!/^\d{1,15}$/.test(cursor)) throw new InvalidJobRequestError('cursor', EXPECTED, cursor);
  return Number(cursor);
}

const EXPECTED = 'the `next` of an earlier page';
