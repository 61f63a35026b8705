import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { skipLoudly } from '../support/real-lab.ts'

const PROGRAM = fileURLToPath(new URL('../support/abort-on-a-full-disk.ts', import.meta.url))
const PRIVATE = process.getuid?.() === 0 ? ['--mount'] : ['--user', '--map-root-user', '--mount']
const SCRIPT = 'mount -t tmpfs -o size=256k,nr_inodes=200,mode=700 small "$1" || exit 77; exec "$2" "$3" "$1" "$4" "$5"'

/** Aborts on a full disk, with a shell for an agent that says which signal it got. */
async function abortOnFullDisk(what: 'bytes' | 'files') {
  const folder = mkdtempSync(join(tmpdir(), 'safechaos-full-'))
  const agent = spawn('sh', ['-c', 'trap "echo got TERM; exit" TERM; echo up; while :; do sleep 0.1; done'], { stdio: ['ignore', 'pipe', 'ignore'] })
  let said = ''
  agent.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
  await once(agent.stdout, 'data')
  const words = [...PRIVATE, '--', 'sh', '-c', SCRIPT, 'sh', folder, process.execPath, PROGRAM, String(agent.pid), what]
  const ran = spawnSync('unshare', words, { encoding: 'utf8', timeout: 30_000 })
  await new Promise((done) => setTimeout(done, 500))
  agent.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
  return { ran, said: () => said }
}

test.for([
  { what: 'bytes', expected: { full: 'ENOSPC', told: 'file', file: true }, heard: 'up\n' },
  { what: 'files', expected: { full: 'ENOSPC', told: 'signal', file: false }, heard: 'up\ngot TERM\n' },
] as const)('an abort is heard though the disk of the state folder has no room for more $what', async ({ what, expected, heard }, context) => {
  const { ran, said } = await abortOnFullDisk(what)
  if (ran.status === 77) skipLoudly(context, 'no file system can be mounted here', 'sudo npm test -- adversarial')
  expect({ stderr: ran.stderr, ...(JSON.parse(ran.stdout || '{}') as object) }).toEqual({ stderr: '', ...expected })
  expect(said()).toBe(heard)
})
