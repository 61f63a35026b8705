import { lstatSync, readdirSync, readFileSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { messageOf, SafechaosError } from '@safechaos/core'

const OTHERS_WRITE = 0o022

/** Why what lies here may have been written by somebody else; undefined if it cannot. */
function doubt(stat: Stats): string | undefined {
  const self = process.geteuid?.()
  if (self !== undefined && stat.uid !== self) return `belongs to user ${stat.uid}, and this is user ${self}`
  if ((stat.mode & OTHERS_WRITE) !== 0) return `can be written by others (mode ${(stat.mode & 0o777).toString(8)})`
  return undefined
}

/**
 * What a record says is acted on: processes are killed and folders removed. So the folders that hold records must be ours alone; what is
 * not there yet is. Throws SC_STATE.
 */
export function assertOwnState(stateDir: string): void {
  for (const folder of [stateDir, ...['owed', 'locks', 'runs'].map((name) => join(stateDir, name))]) assertOwnFolder(folder)
}

/** The same for one folder; a link is none. */
export function assertOwnFolder(folder: string): void {
  const stat = lstatSync(folder, { throwIfNoEntry: false })
  const why = stat && (stat.isDirectory() ? doubt(stat) : 'is not a folder')
  if (why === undefined) return
  const hint = 'look at who wrote there; then give the folder to yourself alone (chown, chmod 700), or set XDG_STATE_HOME to another'
  throw new SafechaosError({ code: 'SC_STATE', message: `the state folder is not believed: ${folder} ${why}`, hint })
}

/** The JSON in a file that nobody but this user can have written. Throws for anything else. */
export function readOwnJson(file: string): unknown {
  const stat = lstatSync(file)
  const why = stat.isFile() ? doubt(stat) : 'is not a file'
  if (why !== undefined) throw new Error(`${file} ${why}`)
  return JSON.parse(readFileSync(file, 'utf8'))
}

/** Names in a folder; none if it is not there. Whatever else keeps it from being read is not nothing: throws SC_STATE. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new SafechaosError({ code: 'SC_STATE', message: `the state folder ${folder} cannot be read: ${messageOf(error)}` }, { cause: error })
  }
}
