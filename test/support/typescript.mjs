// Lets node run the TypeScript of this folder: node --import ./test/support/typescript.mjs test/demo/demo.ts
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
