/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';

/** One line per folder that has tests in `test/`. */
const folders = ['packages/transport', 'packages/process', 'packages/repo', 'docs/examples'];

const shared: Config = {
  testEnvironment: 'node',
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
  testTimeout: 15_000,
  projects: folders.map((folder) => ({
    ...shared,
    displayName: folder.replace(/^.*\//, ''),
    rootDir: '.',
    testMatch: [`<rootDir>/${folder}/test/**/*.test.ts`],
  })),
};

export default config;
