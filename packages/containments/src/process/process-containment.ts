import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { messageOf } from '@safechaos/core'
import { bundlePath } from '../bundles.ts'
import type { Containment, Enclosure, LaunchRequest, Probe } from '../containment.ts'
import { InitEnclosure } from '../enclosure/init-enclosure.ts'
import { tryNeeds } from '../enclosure/try-needs.ts'
import type { InitArguments } from '../init/spawner.ts'
import { endWithParent } from './end-with-parent.ts'

const TAP_FD = 3

/** The weakest containment: plain processes without walls, for machines where no namespace can be had. */
export const processContainment: Containment = {
  name: 'process',
  weaker: [
    'Services can see, signal and read whatever this user can: there is no wall around them.',
    'Services share the network of this machine; each has only a loopback address of its own.',
    'Volumes are folders of a private copy of the stack; their paths are put into commands and environments, and nothing is mounted.',
    'Memory, processor and disk of services have no limit.',
    'A process that leaves its service, its session and its environment at once is not found, and outlives the run.',
    'Only faults on processes are possible here: nothing acts on the network, and nothing is held beside a service.',
  ],
  offers: ['signals', 'services'],
  probe,
  launch,
}

async function launch(request: LaunchRequest): Promise<Enclosure> {
  const { run, labDir, workDir, deafAfterMs, logFd, tapFd } = request
  await mkdir(workDir, { recursive: true })
  const args: InitArguments = { containment: 'process', run, labDir, workDir, deafAfterMs, tapFd: tapFd === undefined ? undefined : TAP_FD }
  const [file, ...others] = [...dieWithUs(), process.execPath, bundlePath('init'), JSON.stringify(args)]
  const child = spawn(file, others, {
    cwd: workDir,
    env: { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, LANG: 'C.UTF-8', HOME: '/tmp', SAFECHAOS_RUN: run },
    stdio: ['pipe', 'pipe', logFd, ...(tapFd === undefined ? [] : [tapFd])],
  })
  return InitEnclosure.open('process', request, { child, initPid: child.pid ?? 0 })
}

/** SIGTERM, not SIGKILL: the init then ends what its services started before it ends itself. The end of its input does the same. */
const dieWithUs = (): readonly string[] => endWithParent('TERM')

async function probe(): Promise<Probe> {
  const began = performance.now()
  const folder = await mkdtemp(join(tmpdir(), 'safechaos-probe-'))
  const labDir = join(folder, 'lab')
  await mkdir(labDir)
  const logFd = openSync(join(folder, 'log'), 'a')
  const how =
    dieWithUs().length > 0
      ? 'plain processes with a parent-death signal'
      : 'plain processes; setpriv is not there, so that only the end of a pipe ends them'
  try {
    const request = { run: `probe-${process.pid}-${Date.now()}`, labDir, workDir: join(folder, 'work'), deafAfterMs: 10_000, tapFd: undefined, logFd }
    const enclosure = await launch(request)
    try {
      const needs = await tryNeeds(enclosure, labDir)
      return { works: true, how, detail: 'opened, tried and closed', advice: undefined, ms: Math.round(performance.now() - began), needs }
    } finally {
      await enclosure.close()
    }
  } catch (error) {
    const detail = messageOf(error)
    return { works: false, how, detail, advice: undefined, ms: Math.round(performance.now() - began), needs: [] }
  } finally {
    closeSync(logFd)
    await rm(folder, { recursive: true, force: true })
  }
}
