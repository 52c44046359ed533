import { ensureProgram, findProgram, type Places, type Program } from './find-program.js';

const nginx: Program = { command: 'nginx', variable: 'NGINX', debian: ['nginx'], brew: 'nginx' };

/** The path of nginx, or undefined. */
export const findNginx = (places?: Places): string | undefined => findProgram(nginx, places);

/** The path of nginx, which is fetched if it is nowhere. */
export const ensureNginx = (places?: Places): Promise<string> => ensureProgram(nginx, places);
