// Run by `npm ci` with any Node of at least 20: makes the bundles with the pinned Node. Without the development dependencies there is nothing to make.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const { ROOT, pinnedNode } = createRequire(import.meta.url)('../packages/cli/bin/checkout.js')
const node = pinnedNode() ?? process.execPath
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const newEnough = node !== process.execPath || major > 22 || (major === 22 && minor >= 18)

if (newEnough && existsSync(join(ROOT, 'node_modules', 'tsdown', 'dist', 'run.mjs'))) {
  const made = spawnSync(node, [join(ROOT, 'scripts', 'build.ts')], { stdio: 'inherit', timeout: 120_000 })
  process.exitCode = made.status ?? 1
}
