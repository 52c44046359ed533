import { ensureProgram, findProgram, type Places, type Program } from './find-program.js';

/** Debian's `/usr/bin/chromium` is a script that looks for the browser in the system's folders. */
const chromium: Program = {
  command: 'chromium',
  variable: 'CHROMIUM',
  debian: ['chromium', 'fonts-inter'],
  brew: 'chromium',
  within: 'usr/lib/chromium',
};

/** The path of Chromium, or undefined. */
export const findChromium = (places?: Places): string | undefined => findProgram(chromium, places);

/** The path of Chromium, which is fetched if it is nowhere. */
export const ensureChromium = (places?: Places): Promise<string> => ensureProgram(chromium, places);
