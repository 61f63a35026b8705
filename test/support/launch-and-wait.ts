/** A stand-in for the agent: launches an enclosure, starts a stack, arms and pauses, says who it is, and then does nothing. Killed by tests. */
import { mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { CONTAINMENTS } from '@safechaos/containments'
import { member, service, stackOf } from './stacks.ts'

const [name, run = '', folder = '', deaf = '30000'] = process.argv.slice(2)
const containment = CONTAINMENTS.find((candidate) => candidate.name === name)
if (containment === undefined) throw new Error(`no containment ${name}`)
const labDir = join(folder, 'lab')
mkdirSync(labDir, { recursive: true })
const logFd = openSync(join(folder, 'log'), 'a')
const enclosure = await containment.launch({ run, labDir, workDir: join(folder, 'work'), deafAfterMs: Number(deaf), tapFd: undefined, logFd })
const flood = service('flood', { command: ['sh', '-c', 'while :; do echo flood flood flood; sleep 0.002; done'] })
const family = service('family', { command: ['sh', '-c', 'setsid sleep 1001 & sleep 1002 & wait'] })
await enclosure.prepare(stackOf(service('worker'), flood, family), labDir)
await enclosure.start()
await enclosure.arm('a', member('worker#1'), [{ do: 'signal', in: 'target', signal: 'SIGCONT', deadlineMs: 1000 }])
await enclosure.run('a', member('worker#1'), { do: 'signal', in: 'target', signal: 'SIGSTOP', deadlineMs: 1000 })
const worker = (await enclosure.members()).find(({ id }) => id === 'worker#1')
process.stdout.write(`${JSON.stringify({ identity: enclosure.identity, worker: worker?.pid })}\n`)
setInterval(() => enclosure.beat(), 50)
