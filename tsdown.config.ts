import { defineConfig, type UserConfig } from 'tsdown'

const PROGRAMS = {
  cli: 'packages/cli/src/main.ts',
  agent: 'packages/agent/src/main.ts',
  reaper: 'packages/agent/src/reaper/main.ts',
  init: 'packages/containments/src/init/main.ts',
  tap: 'packages/engine/src/tap/main.ts',
} as const
type Name = keyof typeof PROGRAMS

/** Commander loads node:child_process for commands that are programs of their own. We have none, and it would cost every start some milliseconds. */
const commanderWithoutChildren = {
  name: 'commander-without-children',
  transform: (code: string, id: string) =>
    id.endsWith('/commander/lib/command.js')
      ? code.replace(/^import childProcess from 'node:child_process';$/m, 'const childProcess = undefined;')
      : undefined,
}

const bundle = (name: Name): UserConfig => ({
  entry: { [name]: PROGRAMS[name] },
  outDir: 'packages/cli/dist',
  format: 'cjs',
  platform: 'node',
  target: 'node22.18',
  deps: { alwaysBundle: [/./], neverBundle: [/^node:/], onlyBundle: false },
  // Our modules and what we bundle do nothing when they are only loaded, so that a command loads what it uses and no more.
  treeshake: { moduleSideEffects: false },
  plugins: [commanderWithoutChildren],
  // A command loads its own parts when they are wanted. Of the other programs each is one file, since each file costs a start some 0.3 ms.
  outputOptions: name === 'cli' ? {} : { codeSplitting: false },
  dts: false,
  clean: false,
  hash: true,
  minify: false,
  report: false,
  logLevel: 'error',
})

/** One bundle per program, with everything inside. CommonJS, since that is what Node starts quickest. */
export default defineConfig((Object.keys(PROGRAMS) as Name[]).map(bundle))
