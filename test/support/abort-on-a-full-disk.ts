/** In a small file system of its own, at `folder`: fills it, then aborts a run whose agent is `agent`, and prints how it was told. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { abortRun } from '../../packages/agent/src/runs.ts'
import { idOf } from '../../packages/agent/src/process-identity.ts'
import { leaveBehind } from './left-behind.ts'

const [folder = '', agent = '', what = ''] = process.argv.slice(2)
leaveBehind(folder, 'R1', idOf(Number(agent)) ?? { pid: 0, start: '' })

/** Until nothing more fits; returns the last error. */
function fill(bytes: number): string {
  for (let file = 0; ; file++) {
    try {
      writeFileSync(join(folder, `fill${file}`), Buffer.alloc(bytes))
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? ''
    }
  }
}

const full = fill(what === 'bytes' ? 4096 : 0)
const told = abortRun(folder, 'R1')
process.stdout.write(`${JSON.stringify({ full, told, file: existsSync(join(folder, 'runs/R1/abort')) })}\n`)
