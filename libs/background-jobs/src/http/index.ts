export * from './bodies.js';
export { createJobControllers, type JobControllers } from './jobs.controller.js';
export { JobAnswers, type JobRequest } from './job-answers.js';
export { JobProblemFilter } from './job-problem.filter.js';
export { JobStreams } from './job-streams.js';
export { mountJobs } from './mount.js';
export { PROBLEMS } from './problems.js';
export { RequestBody } from './request-body.js';
export { UnreadBodyFilter } from './unread-body.filter.js';
