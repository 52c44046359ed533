import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

const tests = ['**/*.spec.ts', '**/spec-support/**'];
const heart = 'libs/background-services/src';

const patternsFromInput = [
  ...['NewExpression', 'CallExpression'].map(
    (call) => `${call}[callee.name='RegExp']:not([arguments.0.type='Literal'])`,
  ),
  // They make a pattern of a text.
  'CallExpression[callee.property.name=/^(match|matchAll|search)$/]:not([arguments.0.regex])',
].map((selector) => ({
  selector,
  message:
    'Write the pattern as a literal: one that is made of values may take minutes. Compare texts instead.',
}));

/**
 * What happened while something else was awaited fires no listener any more. Only `kit` listens to aborts, and to the ends of responses and
 * connections; it calls back at once if they have happened already.
 *
 * A client of Redis may be listened to: it connects and closes again and again, and is asked for its status.
 */
const events = '/^(close|finish|end|aborted)$/';
const whenClosed = 'Use whenClosed() of the kit: what has closed already fires no listener.';
const onAbort = 'Use onAbort() of the kit: a signal that has aborted already fires no listener.';
const attachRules = [
  {
    selector: "CallExpression[callee.property.name='addEventListener'][arguments.0.value='abort']",
    message: onAbort,
  },
  { selector: "AssignmentExpression[left.property.name='onabort']", message: onAbort },
  {
    selector: `CallExpression[callee.property.name=/^(on|once|addListener|prependListener|prependOnceListener)$/][arguments.0.value=${events}]:not([callee.object.property.name=/client|redis/i], [callee.object.name=/client|redis/i])`,
    message: whenClosed,
  },
  { selector: `CallExpression[callee.name='once'][arguments.1.value=${events}]`, message: whenClosed },
];

/** Node warns of the eleventh listener of a signal. */
const signalRules = ['any', 'timeout'].map((name) => ({
  selector: `CallExpression[callee.object.name='AbortSignal'][callee.property.name='${name}']`,
  message: 'Use abortController() and onAbort() of the kit: users add as many listeners as they like.',
}));
signalRules.push({
  selector: "NewExpression[callee.name='AbortController']",
  message: 'Use abortController() of the kit: users add as many listeners as they like.',
});

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', 'coverage/**', '.cache/**', '.data/**'] },
  // They use packages that only the folders have in which the test installs and compiles them.
  {
    ignores: [
      'test/compat/neighbours/apps/**',
      'test/compat/formats/{specs,mixed}/**',
      'test/compat/formats/uses.ts',
    ],
  },
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
    // A pattern that is made of input is somebody else's program, and may run for minutes.
    files: ['libs/**/*.ts', 'src/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: { 'no-restricted-syntax': ['error', ...patternsFromInput] },
  },
  {
    files: ['libs/*/src/**/*.ts', 'src/**/*.ts'],
    // ESLint takes the last list that fits: each of these holds those before it. The client of jobs runs in browsers, without the kit;
    // the host has none.
    ignores: [...tests, `${heart}/kit/**`, 'libs/background-jobs/src/client/pause.ts', 'src/ticker/wait.ts'],
    rules: { 'no-restricted-syntax': ['error', ...patternsFromInput, ...attachRules] },
  },
  {
    files: ['libs/*/src/**/*.ts'],
    ignores: [...tests, `${heart}/kit/**`, 'libs/background-jobs/src/client/**'],
    rules: { 'no-restricted-syntax': ['error', ...patternsFromInput, ...attachRules, ...signalRules] },
  },
  {
    // `void` is no handler: a rejection ends the app's process. `inBackground()` of the kit is one.
    files: ['libs/*/src/**/*.ts'],
    ignores: tests,
    rules: { '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: false }] },
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
