import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Enclosure, EnclosureEvent } from '@safechaos/containments'
import { expect, test, vi } from 'vitest'
import { keepFiles } from './detached.ts'
import { runFolder } from './run-folder.ts'

test('what cannot be written is said once per file, and nothing ends', async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'safechaos-detached-'))
  const said = vi.spyOn(console, 'error').mockReturnValue()
  let tell: (event: EnclosureEvent) => void = () => undefined
  const members = vi.fn(() => Promise.resolve([]))
  // The folder of the run was never made, so that every write fails.
  keepFiles({ on: (listener: typeof tell) => void (tell = listener), members } as unknown as Enclosure, runFolder(stateDir, 'r1'))
  for (let at = 0; at < 3; at++) {
    tell({ event: 'log', at, service: 'web#1', stream: 'out', line: 'x' })
    await vi.waitFor(() => expect(members.mock.calls.length).toBeGreaterThan(at), { timeout: 5000 })
  }
  await vi.waitFor(() => expect(said).toHaveBeenCalledTimes(2))
  expect(said.mock.calls.flat()).toEqual([
    expect.stringMatching(/^what services print cannot be written: ENOENT/),
    expect.stringMatching(/^the list of members cannot be written: ENOENT/),
  ])
  said.mockRestore()
  rmSync(stateDir, { recursive: true })
})

test('a change of a service is in the list of members at once, so that ps never lags behind what up said', async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'safechaos-detached-'))
  const folder = runFolder(stateDir, 'r1')
  mkdirSync(dirname(folder.members), { recursive: true })
  vi.useFakeTimers({ toFake: ['setInterval'] })
  let tell: (event: EnclosureEvent) => void = () => undefined
  let state = 'up'
  const members = () => Promise.resolve([{ id: 'web#1', state }])
  keepFiles({ on: (listener: typeof tell) => void (tell = listener), members } as unknown as Enclosure, folder)
  for (state of ['up', 'healthy']) tell({ event: 'service', at: 0, service: 'web#1', state: state as 'up', detail: '' })
  await vi.waitFor(() => expect(JSON.parse(readFileSync(folder.members, 'utf8'))).toEqual([{ id: 'web#1', state: 'healthy' }]))
  vi.useRealTimers()
  rmSync(stateDir, { recursive: true })
})
