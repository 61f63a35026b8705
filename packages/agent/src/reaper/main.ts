import type { ReaperArguments } from '../reaper-link.ts'
import { recoverRun } from '../recover-run.ts'
import { reap } from './reap.ts'

const args = JSON.parse(process.argv[2] ?? '') as ReaperArguments
// Whatever is meant for the agent's group or terminal is not meant for who cleans up after it.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGPIPE'] as const) process.on(signal, () => undefined)
process.stdin.on('error', () => undefined)
process.stdin.resume()
void reap(args, process.stdin, () => recoverRun(args.stateDir, args.run)).finally(() => process.exit(0))
