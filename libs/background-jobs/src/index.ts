// Jobs
export { type Item, type ItemStatus, type Job, type JobCounts, type JobState } from './model/job.js';
