import { messageOf, type Wall } from '@safechaos/core'
import { type Canary, makeCanary } from './canary.ts'
import { HOSTILE, type HostileOrders, type HostileReport } from './hostile.ts'

const HOSTILE_WITHIN_MS = 5000

/** Runs a hostile program as a service, and asks a canary outside what got through. `run` executes a script inside and gives what it printed. */
export async function tryWalls(
  labDir: string,
  run: (script: string, args: readonly string[], timeoutMs: number) => Promise<string>,
): Promise<readonly Wall[]> {
  await using canary = await makeCanary(labDir)
  const { pid, secretFile, places, port, abstractSocket } = canary
  const orders: HostileOrders = { pid, secretFile, places, port, abstractSocket }
  try {
    const report = JSON.parse(await run(HOSTILE, [JSON.stringify(orders)], HOSTILE_WITHIN_MS)) as HostileReport
    return await judge(canary, report)
  } catch (error) {
    return [{ wall: 'all', held: 'not tried', detail: `the hostile program could not be run: ${messageOf(error)}` }]
  }
}

async function judge(canary: Canary, report: HostileReport): Promise<readonly Wall[]> {
  const wall = (name: string, broken: boolean, got: string, held: string): Wall => ({
    wall: name,
    held: broken ? 'not held' : 'held',
    detail: broken ? got : held,
  })
  const written = canary.written()
  return [
    wall(
      'signal a process outside',
      await canary.wasSignalled(),
      'a SIGCONT from inside reached a process outside',
      'a signal from inside reached nobody outside',
    ),
    wall(
      'read a secret outside',
      report.secret === canary.secret,
      'a file outside was read',
      `a file outside could not be read: ${report.secret.slice(0, 60)}`,
    ),
    wall('read passwords of the machine', report.shadow === 'read', '/etc/shadow could be read', `/etc/shadow could not be read: ${report.shadow}`),
    wall('see processes outside', report.process.includes('sleep'), 'a process outside could be seen', 'no process outside could be seen'),
    wall('write outside', written.length > 0, `written from inside: ${written.join(', ')}`, 'neither the lab nor a folder outside could be written'),
    wall(
      'reach a socket of the host',
      canary.wasConnected(),
      "a socket on the host's loopback was reached",
      "no socket on the host's loopback was reached",
    ),
    wall(
      'look into memory outside',
      report.memory.startsWith('opened') && report.memory.includes('sleep'),
      'the memory of a process outside could be opened',
      'no memory of a process outside could be opened',
    ),
    wall(
      'hold privileges',
      !/^0+$/.test(report.capabilities),
      `a service holds capabilities: ${report.capabilities}`,
      'a service holds no capabilities',
    ),
    wall(
      'gain privileges',
      !report.noNewPrivileges,
      'a service may gain privileges by a set-uid program',
      'a service can gain no privileges (no_new_privs)',
    ),
    report.filtered
      ? wall(
          'use keys of the session',
          report.keys === 'reached' || report.keys === 'named',
          `the keyring of the session that started the run was ${report.keys}`,
          `the keyring of the session that started the run could not be reached: ${report.keys}`,
        )
      : {
          wall: 'use keys of the session',
          held: 'not tried',
          detail: 'no filter of system calls stands here, so that a service can use keys of the session that started the run',
        },
    { wall: 'use up memory, processes or disk', held: 'not tried', detail: 'trying it would hurt the machine that the run is on' },
  ]
}
