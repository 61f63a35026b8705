import { closeSync, mkdirSync, openSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { messageOf } from '@safechaos/core'
import { bundlePath } from '../bundles.ts'
import type { Containment, Enclosure, LaunchRequest, Probe } from '../containment.ts'
import { InitEnclosure } from '../enclosure/init-enclosure.ts'
import { tryNeeds } from '../enclosure/try-needs.ts'
import { pause } from '../init/until.ts'
import type { How } from './how.ts'
import { launchWalls } from './launch.ts'
import { toolVersion } from './tools.ts'

const PROBE_WITHIN_MS = 5000
const CLOSE_WITHIN_MS = 1000
const WAYS: readonly How[] = ['bubblewrap', 'unshare']

/** Namespaces of the run's own, without root and without a server: bubblewrap where it works, else `unshare`. */
export const sandbox: Containment = {
  name: 'sandbox',
  weaker: ['Memory and processor time of services have no limit but that of the machine.'],
  offers: ['signals', 'services', 'nft', 'hold'],
  probe: () => probeSandbox(),
  launch: (request) => launchSandbox(request),
}

/** `ways`: which to try, in this order. Throws SC_CONTAINMENT. */
export async function launchSandbox(request: LaunchRequest, ways: readonly How[] = WAYS): Promise<Enclosure & { readonly how: How }> {
  // At once, since what the caller does beside it would otherwise come first.
  mkdirSync(request.workDir, { recursive: true })
  const walls = await launchWalls(request, { node: process.execPath, script: bundlePath('init') }, ways)
  return Object.assign(await InitEnclosure.open('sandbox', request, walls), { how: walls.how })
}

/** Opens, tries each need and closes; at most 5 s, whatever hangs. */
export async function probeSandbox(ways: readonly How[] = WAYS): Promise<Probe> {
  const began = performance.now()
  const ms = (): number => Math.round(performance.now() - began)
  const folder = await mkdtemp(join(tmpdir(), 'safechaos-probe-'))
  const logFd = openSync(join(folder, 'log'), 'a')
  let timer: NodeJS.Timeout | undefined
  let opened: Promise<Enclosure & { readonly how: How }> | undefined
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it did not open, act and close within ${PROBE_WITHIN_MS} ms`)), PROBE_WITHIN_MS)
  })
  try {
    await mkdir(join(folder, 'lab'), { mode: 0o755 })
    const request = {
      run: `probe-${process.pid}-${Date.now()}`,
      labDir: join(folder, 'lab'),
      workDir: join(folder, 'work'),
      deafAfterMs: 10_000,
      tapFd: undefined,
      logFd,
    }
    opened = launchSandbox(request, ways)
    const enclosure = await Promise.race([opened, tooLate])
    const needs = await Promise.race([tryNeeds(enclosure, request.labDir), tooLate])
    await Promise.race([enclosure.close(), tooLate])
    return { works: true, how: nameOf(enclosure.how), detail: 'opened, tried and closed', advice: adviceFor(enclosure.how, needs), ms: ms(), needs }
  } catch (error) {
    const detail = messageOf(error)
    return {
      works: false,
      how: 'none',
      detail,
      advice: 'allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, user.max_user_namespaces), then apt-get install bubblewrap',
      ms: ms(),
      needs: [],
    }
  } finally {
    clearTimeout(timer)
    const closed = opened?.then((enclosure) => enclosure.close()).catch(() => undefined)
    await Promise.race([closed, pause(CLOSE_WITHIN_MS)])
    closeSync(logFd)
    await rm(folder, { recursive: true, force: true })
  }
}

const nameOf = (how: How): string => (how === 'bubblewrap' ? `bubblewrap ${toolVersion('bwrap')}` : `unshare ${toolVersion('unshare')}`)

function adviceFor(how: How, needs: Probe['needs']): string | undefined {
  const packages = [
    ...(how === 'bubblewrap' ? [] : ['bubblewrap']),
    ...(needs.some(({ need, works }) => need === 'nft' && !works) ? ['nftables'] : []),
  ]
  return packages.length === 0 ? undefined : `apt-get install ${packages.join(' ')}`
}
