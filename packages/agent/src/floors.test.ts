import { spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Member } from '@safechaos/containments'
import { describe, expect, test } from 'vitest'
import { bootId, ownStart } from '../../../test/support/own-process.ts'
import { type Floors, floorsBroken } from './floors.ts'
import { pidNamespaceOf } from './process-identity.ts'

const member = (id: string, pid: number, more: Partial<Member> = {}): Member => ({
  id,
  service: 'worker',
  state: 'up',
  restarts: 0,
  pid,
  address: '127.0.0.1',
  commandLines: [],
  ...more,
})
const floors: Floors = {
  hits: { of: 'members', service: 'worker' },
  planned: [{ id: 'worker#1', members: ['worker#1'] }],
  identity: {
    containment: 'process',
    run: 'r1',
    bootId: bootId(),
    initPid: process.pid,
    initStart: ownStart(),
    pidNamespace: pidNamespaceOf('self') ?? '',
    workDir: '/nowhere',
  },
  spared: () => [process.ppid],
}
const broken = (pid: number, more: Partial<Member> = {}): string[] => floorsBroken(floors, [member('worker#1', pid, more)], floors.planned)

/** A pid that nobody has. */
const NOBODY = 2 ** 22 + 1
const nameOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    return ''
  }
}

describe('what no policy can lift', () => {
  test('a target that is nobody special may be hit', () => expect(broken(NOBODY)).toEqual([]))

  test.each([
    ['process 1', 1],
    ['the agent', process.pid],
    ['its parent, which stands for the controller', process.ppid],
  ])('%s is never hit', (_, pid) => {
    expect(broken(pid)).toEqual([expect.stringContaining('never touched')])
  })

  test('it is not hit by way of a pattern either', () => {
    expect(broken(NOBODY, { commandLines: [{ pid: process.pid, commandLine: 'sleep' }] })).toEqual([expect.stringContaining('never touched')])
  })

  test('a kernel thread is never hit', (context) => {
    const pid = readdirSync('/proc').find((name) => /^\d+$/.test(name) && nameOf(Number(name)).includes('(kworker'))
    if (pid === undefined)
      return context.skip('kernel threads are not seen here, so nothing can hit them. Enable it with: run it outside of a container')
    expect(broken(Number(pid))).toEqual([expect.stringContaining('never touched')])
  })

  test('sshd is never hit', () => {
    const folder = mkdtempSync(join(tmpdir(), 'safechaos-sshd-'))
    copyFileSync('/bin/sleep', join(folder, 'sshd'))
    const daemon = spawn(join(folder, 'sshd'), ['60'], { stdio: 'ignore' })
    try {
      expect(broken(daemon.pid ?? 0)).toEqual([expect.stringContaining('never touched')])
    } finally {
      daemon.kill('SIGKILL')
      rmSync(folder, { recursive: true })
    }
  })

  test('in another PID namespace the same numbers are other processes, but 1 is its init', () => {
    const apart = { ...floors, identity: { ...floors.identity, pidNamespace: '1' } }
    expect(floorsBroken(apart, [member('worker#1', process.pid)], floors.planned)).toEqual([])
    expect(floorsBroken(apart, [member('worker#1', 1)], floors.planned)).toEqual([expect.stringContaining('never touched')])
  })

  test('more members than planned: nothing is hit; fewer: those that are left may be', () => {
    const members = [member('worker#1', NOBODY), member('worker#2', NOBODY + 1)]
    expect(floorsBroken(floors, members, floors.planned)).toEqual(['worker has more members than planned: worker#2'])
    expect(floorsBroken(floors, [member('worker#1', NOBODY, { state: 'exited' })], floors.planned)).toEqual([])
  })
})
