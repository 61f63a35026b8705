import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'

/** Where system tools are looked for, outside and inside. */
export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** The absolute path of a system tool; undefined if it is not there. That it is there does not mean that it works. */
export function findTool(name: string, path: string = SYSTEM_PATH): string | undefined {
  return path
    .split(':')
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

/** For a command that runs with privileges: never by a name that is looked for in whatever PATH it has. */
export const systemTool = (name: string): string => findTool(name) ?? join('/usr/bin', name)

/** What the tool says of its own version; empty if it says nothing. */
export function toolVersion(name: string): string {
  const { stdout } = spawnSync(name, ['--version'], { encoding: 'utf8', timeout: 2000, env: { PATH: SYSTEM_PATH, LC_ALL: 'C' } })
  return /\d+(?:\.\d+)+/.exec(stdout ?? '')?.[0] ?? ''
}
