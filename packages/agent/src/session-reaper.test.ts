import { rmSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SessionRig } from '../../../test/support/session-rig.ts'

describe('a run without a reaper', () => {
  let rig: SessionRig
  beforeEach(async () => {
    rig = new SessionRig('process.pause')
    await rig.open()
  })
  afterEach(async () => {
    await rig.session.leave()
    rmSync(rig.stateDir, { recursive: true, force: true })
  })
  const did = (what: string): number => rig.enclosure.did.filter((one) => one.did === what).length

  test('injects nothing, and ends with a reason', async () => {
    rig.reaperStands = false
    await expect(rig.session.inject(1)).rejects.toMatchObject({ code: 'SC_ENDED' })
    expect(did('inject')).toBe(0)
    expect(rig.words).toContainEqual({ word: 'ending', cause: 'error', detail: expect.stringContaining('no reaper') as string })
  })

  test('ends by itself when the last of them is gone under the fault, and takes it back', async () => {
    await rig.session.inject(1)
    for (const lose of rig.reaperLost) lose('the last is gone')
    expect(await rig.session.end('operator', 'later', true)).toMatchObject({ cause: 'error', acts: 1, stuck: [] })
    expect(did('undo')).toBe(1)
    expect(rig.words).toContainEqual({ word: 'ending', cause: 'error', detail: 'the last is gone' })
  })
})
