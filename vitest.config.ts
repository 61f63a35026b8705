import { defineConfig } from 'vitest/config'

/**
 * Tests of real processes get a second try: on a machine whose host takes its cores away for seconds, time-outs of the system under test
 * fall that no code of ours can hold. `npm test` names every test that needed it.
 */
const SECOND_TRY = 1

const project = (name: string, include: string[], testTimeout: number, { exclude = [], retry = 0 }: { exclude?: string[]; retry?: number } = {}) => ({
  test: {
    name,
    include,
    exclude: ['**/node_modules/**', '**/dist/**', ...exclude],
    testTimeout,
    retry,
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
      project('unit', ['packages/**/*.test.ts', 'scripts/**/*.test.ts'], 20_000, { exclude: ['**/*.prop.test.ts'] }),
      project('property', ['packages/**/*.prop.test.ts', 'test/**/*.prop.test.ts'], 60_000),
      project('conformance', ['test/conformance/**/*.test.ts'], 60_000, { retry: SECOND_TRY }),
      project('adversarial', ['test/adversarial/**/*.test.ts'], 60_000, { retry: SECOND_TRY }),
      project('crash', ['test/crash/**/*.test.ts'], 240_000, { retry: SECOND_TRY }),
      project('e2e', ['test/e2e/**/*.test.ts'], 180_000, { retry: SECOND_TRY }),
    ],
    maxWorkers: 2,
  },
})
