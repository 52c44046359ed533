// A replica in a process of its own: node --import typescript.mjs jobs-process.ts <options as JSON>. It says when it is up.
import { bootJobs } from './jobs-app.js';

await bootJobs(JSON.parse(process.argv[2]!) as Parameters<typeof bootJobs>[0]);
console.log(`up ${process.pid}`);
