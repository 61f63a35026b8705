import { existsSync } from 'node:fs'
import { defineConfig } from 'tsdown'

const PROGRAMS = {
  cli: 'packages/cli/src/main.ts',
  agent: 'packages/agent/src/main.ts',
  reaper: 'packages/agent/src/reaper/main.ts',
  init: 'packages/containments/src/init/main.ts',
  tap: 'packages/engine/src/tap/main.ts',
}

/** Commander loads node:child_process for commands that are programs of their own. We have none, and it would cost every start some milliseconds. */
const commanderWithoutChildren = {
  name: 'commander-without-children',
  transform: (code: string, id: string) =>
    id.endsWith('/commander/lib/command.js')
      ? code.replace(/^import childProcess from 'node:child_process';$/m, 'const childProcess = undefined;')
      : undefined,
}

/** One bundle per program, with everything inside. CommonJS, since that is what Node starts quickest. */
export default defineConfig({
  entry: Object.fromEntries(Object.entries(PROGRAMS).filter(([, file]) => existsSync(file))),
  outDir: 'packages/cli/dist',
  format: 'cjs',
  platform: 'node',
  target: 'node22.18',
  deps: { alwaysBundle: [/./], neverBundle: [/^node:/], onlyBundle: false },
  // Our modules and what we bundle do nothing when they are only loaded, so that a command loads what it uses and no more.
  treeshake: { moduleSideEffects: false },
  plugins: [commanderWithoutChildren],
  dts: false,
  clean: false,
  hash: true,
  minify: false,
  report: false,
  logLevel: 'error',
})
