import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', '**/coverage/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['jest.config.ts'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/unbound-method': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
      // Protocols are classes of public no-ops whose parameters only document the contract.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-console': 'error',
    },
  },
  {
    // Fake timers replace the globals, and a DOM-like environment has others.
    files: ['packages/{transport,process,posix,testing}/src/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate'].map(
          (name) => ({
            name,
            message: 'Import it from node:timers.',
          }),
        ),
        { name: 'queueMicrotask', message: 'Use Promise.resolve().then().' },
        { name: 'performance', message: 'Import it from node:perf_hooks.' },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'globalThis', property: 'queueMicrotask', message: 'Use Promise.resolve().then().' },
        { object: 'process', property: 'nextTick', message: 'Use Promise.resolve().then().' },
        { object: 'Date', property: 'now', message: 'Use performance.now() of node:perf_hooks.' },
      ],
    },
  },
  {
    files: ['**/test/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    files: ['docs/examples/**/*.ts', 'packages/bench/**/*.ts', 'packages/repo/src/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    // node:test registers at once; the promise of a test is only for tests inside of tests.
    files: ['docs/examples/src/testing/**/*.ts'],
    rules: {
      '@typescript-eslint/no-floating-promises': [
        'error',
        { allowForKnownSafeCalls: [{ from: 'package', package: 'node:test', name: ['describe', 'it'] }] },
      ],
    },
  },
);
