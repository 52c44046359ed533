import { ensureProgram, type Places, type Program } from './find-program.js';

/** In Debian, valkey-server is a link to a program in valkey-tools. Releases that came before it have it in their backports. */
const valkey: Program = {
  command: 'valkey-server',
  variable: 'VALKEY_SERVER',
  debian: ['valkey-server', 'valkey-tools'],
  suite: 'backports',
  brew: 'valkey',
};

/** The path of valkey-server, which is fetched if it is nowhere. */
export const ensureValkey = (places?: Places): Promise<string> => ensureProgram(valkey, places);
