import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

const CLI = join(import.meta.dirname, '../../packages/cli')

/** Lays the command line out in `folder` as the published package does, which has nothing that could be stale; returns its entry. */
export function packagedEntry(folder: string): string {
  const home = join(folder, 'package')
  mkdirSync(join(home, 'bin'), { recursive: true })
  for (const file of ['safechaos.js', 'package.json']) cpSync(join(CLI, 'bin', file), join(home, 'bin', file))
  cpSync(join(CLI, 'dist'), join(home, 'dist'), { recursive: true })
  return join(home, 'bin', 'safechaos.js')
}
