import { execFile } from 'node:child_process'
import { closeSync, fsyncSync, mkdirSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { stateFolder } from '@safechaos/agent'
import { SafechaosError } from '@safechaos/core'
import { openLedger, verifyLedger } from '@safechaos/engine'

/** One thing outside the containments. `needed`: nothing runs without it. */
export interface HouseLine {
  readonly what: string
  readonly works: boolean
  readonly needed: boolean
  readonly detail: string
  readonly advice: string | undefined
}

const ENOUGH_BYTES = 200 * 1_048_576
const TOOL_MS = 5000

/** Tries the state folder, the ledger and the small tools that a charter leans on. */
export async function examineHouse(environment: NodeJS.ProcessEnv): Promise<HouseLine[]> {
  return [tryStateFolder(environment), tryLedger(environment), await tryGitIdentity(environment)]
}

/** Writes, syncs and removes a file, as every owed record is. */
function tryStateFolder(environment: NodeJS.ProcessEnv): HouseLine {
  const line = { what: 'state folder', needed: true } as const
  try {
    const folder = stateFolder(environment)
    if (/^\/(proc|sys)(\/|$)/.test(folder)) throw new SafechaosError({ code: 'SC_STATE', message: `${folder} is no place for files` })
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const probe = join(folder, `doctor-${process.pid}`)
    const file = openSync(probe, 'wx', 0o600)
    writeSync(file, 'x')
    fsyncSync(file)
    closeSync(file)
    rmSync(probe)
    const { bavail, bsize } = statfsSync(folder)
    const free = bavail * bsize
    const enough = free >= ENOUGH_BYTES
    return {
      ...line,
      works: enough,
      detail: `${folder}, ${Math.round(free / 1_048_576)} MiB free`,
      advice: enough ? undefined : `free ${ENOUGH_BYTES / 1_048_576} MiB of disk space`,
    }
  } catch (error) {
    return { ...line, works: false, detail: (error as Error).message, advice: 'set XDG_STATE_HOME to a folder that you may write' }
  }
}

/** Writes, verifies and removes a ledger. */
function tryLedger(environment: NodeJS.ProcessEnv): HouseLine {
  const line = { what: 'ledger', needed: true } as const
  let folder: string | undefined
  try {
    folder = mkdtempSync(join(stateFolder(environment), 'doctor-'))
    const path = join(folder, 'ledger.db')
    const ledger = openLedger(path)
    ledger.append({ kind: 'late', what: 'doctor' })
    ledger.close()
    const check = verifyLedger(path)
    return {
      ...line,
      works: check.ok,
      detail: `a durable record, SQLite ${process.versions.sqlite ?? ''}`,
      advice: check.ok ? undefined : 'use another disk for the state folder',
    }
  } catch (error) {
    return { ...line, works: false, detail: (error as Error).message, advice: 'make the state folder writable' }
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  }
}

/** The default owner of a charter. */
async function tryGitIdentity(environment: NodeJS.ProcessEnv): Promise<HouseLine> {
  const line = { what: 'Git identity', needed: false } as const
  const advice = 'git config --global user.name NAME, and user.email, or write owner: in the charter'
  try {
    const { stdout } = await promisify(execFile)('git', ['var', 'GIT_AUTHOR_IDENT'], { timeout: TOOL_MS, env: environment })
    return { ...line, works: true, detail: stdout.replace(/ \d+ [+-]\d{4}\s*$/, ''), advice: undefined }
  } catch {
    return { ...line, works: false, detail: 'Git knows no author', advice }
  }
}
