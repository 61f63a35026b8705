import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { makeFolder } from './durable.ts'
import { isAlive, ownId } from './process-identity.ts'
import { type Reaper, startReaper } from './reaper-link.ts'
import { runFolder } from './run-folder.ts'

let stateDir: string
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'safechaos-reaper-'))
  makeFolder(runFolder(stateDir, 'r1').folder)
})
afterEach(() => rmSync(stateDir, { recursive: true, force: true, maxRetries: 5 }))

const start = (): Promise<Reaper> => startReaper('/nowhere/reaper.js', { stateDir, run: 'r1', agent: ownId() })

test('a reaper that dies is followed by another, and it is told when the last one has', async () => {
  const reaper = await start()
  const lost: string[] = []
  reaper.onLost((why) => lost.push(why))
  const seen = new Set<number>()
  while (lost.length === 0) {
    const { id } = reaper
    if (!seen.has(id.pid)) {
      expect(await reaper.stands()).toBe(true)
      seen.add(id.pid)
      process.kill(id.pid, 'SIGKILL')
    }
    await new Promise((done) => setTimeout(done, 5))
  }
  expect(seen.size).toBe(3)
  expect(await reaper.stands()).toBe(false)
  expect(lost).toEqual([expect.stringContaining('SIGKILL')])
  const late: string[] = []
  reaper.onLost((why) => late.push(why))
  expect(late).toEqual(lost)
})

test('one that follows can be dismissed as the first one can, and then nobody misses it', async () => {
  const reaper = await start()
  const first = reaper.id
  process.kill(first.pid, 'SIGKILL')
  await vi.waitFor(() => expect(reaper.id.pid).not.toBe(first.pid))
  const lost = vi.fn()
  reaper.onLost(lost)
  reaper.dismiss()
  await vi.waitFor(() => expect(isAlive(reaper.id)).toBe(false))
  expect(lost).not.toHaveBeenCalled()
})
