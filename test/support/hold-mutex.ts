/** Holds a mutex of a state folder until its input ends, and says when it has it. */
import { once } from 'node:events'
import { withMutex } from '../../packages/agent/src/mutex.ts'

const [stateDir = '', name = ''] = process.argv.slice(2)
await withMutex(stateDir, name, async () => {
  process.stdout.write('held\n')
  process.stdin.resume()
  await once(process.stdin, 'end')
})
