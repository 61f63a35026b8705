/** A stand-in for the agent: opens a sandbox in one way with a few services, says who it is, and then does nothing. Killed by tests. */
import { mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { How } from '../../packages/containments/src/sandbox/how.ts'
import { launchSandbox } from '../../packages/containments/src/sandbox/sandbox.ts'
import { service, stackOf } from './stacks.ts'

const [how, run = '', folder = ''] = process.argv.slice(2)
const labDir = join(folder, 'lab')
mkdirSync(labDir, { recursive: true })
const logFd = openSync(join(folder, 'log'), 'a')
const enclosure = await launchSandbox({ run, labDir, workDir: join(folder, 'work'), deafAfterMs: 30_000, tapFd: undefined, logFd }, [how as How])
const family = service('family', { command: ['sh', '-c', 'setsid sleep 1001 & sleep 1002 & wait'], replicas: 3 })
const deaf = service('deaf', { command: ['sh', '-c', 'trap "" TERM HUP INT; while :; do sleep 1; done'] })
await enclosure.prepare(stackOf(family, deaf), labDir)
await enclosure.start()
process.stdout.write(`${JSON.stringify(enclosure.identity)}\n`)
setInterval(() => enclosure.beat(), 50)
