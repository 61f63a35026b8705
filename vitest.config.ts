import { defineConfig } from 'vitest/config'

const project = (name: string, include: string[], testTimeout: number, exclude: string[] = []) => ({
  test: {
    name,
    include,
    exclude: ['**/node_modules/**', '**/dist/**', ...exclude],
    testTimeout,
    hookTimeout: 30_000,
    teardownTimeout: 5000,
    pool: 'forks' as const,
  },
})

/** The layers of proof. `unit` and `property` are beside the source; the others start real processes. */
export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      project('unit', ['packages/**/*.test.ts', 'scripts/**/*.test.ts'], 20_000, ['**/*.prop.test.ts']),
      project('property', ['packages/**/*.prop.test.ts', 'test/**/*.prop.test.ts'], 60_000),
      project('conformance', ['test/conformance/**/*.test.ts'], 60_000),
      project('adversarial', ['test/adversarial/**/*.test.ts'], 60_000),
      project('crash', ['test/crash/**/*.test.ts'], 240_000),
      project('e2e', ['test/e2e/**/*.test.ts'], 180_000),
    ],
    maxWorkers: 2,
  },
})
