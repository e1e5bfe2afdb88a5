/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';

/** One line per folder that has tests in `test/`. */
const folders = [
  'packages/transport',
  'packages/process',
  'packages/posix',
  'packages/testing',
  'packages/compliance',
  'packages/repo',
  'docs/examples',
];

const shared: Config = {
  testEnvironment: '<rootDir>/packages/repo/dist/leakGuardEnvironment.js',
  moduleNameMapper: {
    '^@subwire/([^/]+)$': '<rootDir>/packages/$1/src/index.ts',
    '^subwire$': '<rootDir>/packages/subwire/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': ['$1.js', '$1.ts'],
  },
  transform: {
    '\\.ts$': ['ts-jest', { tsconfig: '<rootDir>/tsconfig.jest.json', transpilation: true }],
  },
};

const config: Config = {
  // Every test has a deadline, also those that set none.
  testTimeout: 15_000,
  reporters: ['default', '<rootDir>/packages/repo/dist/closingLineReporter.js'],
  projects: folders.map((folder) => ({
    ...shared,
    displayName: folder.replace(/^.*\//, ''),
    rootDir: '.',
    testMatch: [`<rootDir>/${folder}/test/**/*.test.ts`],
  })),
};

export default config;
