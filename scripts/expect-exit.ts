/** `node scripts/expect-exit.ts CODE COMMAND…`: runs a command and succeeds if it ends with that code. For examples whose right end is a refusal. */
import { spawnSync } from 'node:child_process'

const [wanted, command, ...args] = process.argv.slice(2)
if (wanted === undefined || command === undefined) throw new Error('usage: expect-exit.ts CODE COMMAND [ARGUMENT…]')
const { status, signal } = spawnSync(command, args, { stdio: 'inherit', timeout: 170_000 })
if (String(status) !== wanted) console.error(`${command} ${args.join(' ')} ended with ${status ?? signal}, and ${wanted} was expected`)
process.exit(String(status) === wanted ? 0 : 1)
