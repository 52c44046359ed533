import { readdirSync } from 'node:fs';

import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** The rooms of the heart, lowest first. A room may import its own files and lower rooms, never a higher one. */
const layers = [
  'errors',
  'logs',
  'events',
  'http',
  'extensions',
  'lease',
  'leadership',
  'workers',
  'discovery',
  'manager',
  'fleet',
  'health',
  'metrics',
  'tracing',
  'cli',
];
const heart = 'libs/background-services/src';

/** Files beside the rooms put them together; no room may look at them. */
const wiring = readdirSync(`${import.meta.dirname}/${heart}`)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replace(/\.ts$/, '.js').replaceAll('.', '\\.'));

const layerRules = layers.map((layer, index) => ({
  files: [`${heart}/${layer}/**/*.ts`],
  ignores: ['**/*.spec.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^(\\.\\./)+((${[...layers.slice(index + 1), 'decorators', 'testing'].join('|')})/|(${wiring.join('|')})$)`,
            message: `"${layer}" may import lower rooms only (${layers.slice(0, index).join(' < ') || 'none'}).`,
          },
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', 'coverage/**', '.cache/**', '.data/**'] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.js'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unnecessary-condition': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    // The public surface is all the host and the other packages may see.
    files: ['src/**/*.ts', 'test/**/*.ts'],
    // The simulation plays the heart without the app around it, and plants defects in its sources.
    ignores: ['test/simulate/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: 'libs/.*/src', message: 'Import the library by its package name.' }] },
      ],
    },
  },
  ...layerRules,
  {
    files: ['libs/background-dashboard/**/*.ts', 'libs/background-jobs/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '(^|/)background-services/',
              message: 'Import nestjs-background-services by its name: its public surface is all there is.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['**/*.spec.ts', 'test/**/*.ts'],
    rules: {
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/require-await': 'off',
      // Hostile code throws anything; so do its tests.
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      'no-console': 'off',
    },
  },
  { files: ['**/*.js', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
  prettier,
);
