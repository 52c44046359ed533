export { dropUnanswered } from './drop-unanswered.js';
export { evictionTrouble } from './eviction.js';
export { explainRedisError } from './explain-redis-error.js';
export { REDIS_OPTION_NAMES } from './redis-option-names.js';
export { redisTargetProblems } from './redis-target.js';
export { asRedisUrl } from './redis-url.js';
export {
  REDIS_TROUBLE_KINDS,
  type RedisTrouble,
  type RedisTroubleContext,
  type RedisTroubleKind,
  troubleLine,
} from './redis-trouble.js';
