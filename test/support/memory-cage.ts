import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = '/sys/fs/cgroup'
/** Where each version of cgroups keeps the limit and counts the kills. */
const V1 = { at: join(ROOT, 'memory'), limit: 'memory.limit_in_bytes', kills: 'memory.oom_control' }
const V2 = { at: ROOT, limit: 'memory.max', kills: 'memory.events' }

/** A memory cgroup of its own: what runs in it finds a machine of that many bytes, and meets the kernel's OOM killer at its end. */
export interface MemoryCage extends Disposable {
  /** A command that moves itself into the cage and becomes the words after it. */
  readonly enter: readonly string[]
  /** How many processes the kernel has killed in it for want of memory. */
  readonly kills: () => number
}

/** Undefined where this process may make none. */
export function memoryCage(name: string, bytes: number): MemoryCage | undefined {
  const version = [V1, V2].find(({ at, limit }) => existsSync(join(at, limit)) || readable(join(at, 'cgroup.subtree_control')).includes('memory'))
  if (version === undefined) return undefined
  const cage = join(version.at, `${name}-${process.pid}`)
  try {
    mkdirSync(cage)
    writeFileSync(join(cage, version.limit), String(bytes))
  } catch {
    return undefined
  }
  return {
    enter: ['sh', '-c', `echo $$ > ${cage}/cgroup.procs && exec "$@"`, 'sh'],
    kills: () => Number(/oom_kill (\d+)/.exec(readable(join(cage, version.kills)))?.[1]),
    [Symbol.dispose]: () => rmdirSync(cage),
  }
}

function readable(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}
