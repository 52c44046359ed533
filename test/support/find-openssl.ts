import { ensureProgram, type Places, type Program } from './find-program.js';

const openssl: Program = { command: 'openssl', variable: 'OPENSSL', debian: ['openssl'], brew: 'openssl' };

/** The path of openssl, which is fetched if it is nowhere. */
export const ensureOpenssl = (places?: Places): Promise<string> => ensureProgram(openssl, places);
