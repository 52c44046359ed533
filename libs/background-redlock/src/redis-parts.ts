/*
 * The parts with which nestjs-background-services builds its own store on one Redis. They are nobody's API, so they are bundled into this package
 * at build time. This file is the only one that reaches into the other package's sources; everything else comes from its public entries.
 */
export { describeError } from '../../background-services/src/errors/index.js';
export { inBackground } from '../../background-services/src/kit/index.js';
export {
  addressOf,
  asArray,
  asCount,
  asLedger,
  asLost,
  asText,
  asTtl,
  BATCH,
  type Batch,
  BOARD_SCRIPTS,
  type ConnectionTimes,
  commandTimeoutOf,
  flatten,
  HOLDER_SCRIPTS,
  inBatches,
  isYes,
  openReader,
  portableServer,
  RedisBoard,
  RedisLink,
  redisServerProblems,
  releaseLeases,
  type ReleaseNotice,
  renewLeases,
  unexpected,
  unknown,
  withSize,
} from '../../background-services/src/lease/redis/index.js';
