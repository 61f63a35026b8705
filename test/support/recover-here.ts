/** Puts a state folder in order from whatever namespaces this process was started in, and prints what came of it. */
import { recoverLab } from '../../packages/agent/src/recover.ts'

const [stateDir = ''] = process.argv.slice(2)
process.stdout.write(`${JSON.stringify(await recoverLab(stateDir, { clear: true }))}\n`)
