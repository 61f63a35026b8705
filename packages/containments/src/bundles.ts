import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The bundle of one of our programs: beside this one when this is a bundle itself, else where the build puts them. It may not be built yet. */
export function bundlePath(program: 'agent' | 'cli' | 'init' | 'reaper' | 'tap'): string {
  const here = dirname(fileURLToPath(import.meta.url))
  return join(basename(here) === 'dist' ? here : join(here, '../../cli/dist'), `${program}.cjs`)
}
