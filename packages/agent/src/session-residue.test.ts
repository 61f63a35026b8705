import { rmSync } from 'node:fs'
import type { Enclosure } from '@safechaos/containments'
import type { Residue } from '@safechaos/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { SessionRig } from '../../../test/support/session-rig.ts'

describe('what is left inside', () => {
  let rig: SessionRig
  beforeEach(async () => {
    rig = new SessionRig('process.pause')
    await rig.open()
  })
  afterEach(async () => {
    await rig.session.leave()
    rmSync(rig.stateDir, { recursive: true, force: true })
  })

  test('is looked at while the enclosure stands, also after the run has ended', async () => {
    await rig.session.end('operator', 'a person', true)
    expect(await rig.session.residue()).toMatchObject({ found: [] })
  })

  test('is not looked at once the services are being ended: they are not what a run left', async () => {
    const closed = rig.session.close()
    await expect(rig.session.residue()).rejects.toMatchObject({ code: 'SC_ENDED' })
    await closed
    await expect(rig.session.residue()).rejects.toMatchObject({ code: 'SC_ENDED' })
  })

  test('is told by no look that was overtaken by the closing', async () => {
    const look = Promise.withResolvers<Residue>()
    vi.spyOn(rig.enclosure as Enclosure, 'residue').mockReturnValue(look.promise)
    const looked = rig.session.residue()
    await Promise.all([
      expect(looked).rejects.toMatchObject({ code: 'SC_ENDED' }),
      rig.session.close().then(() => look.resolve({ found: [{ key: 'services', what: 'worker#1 is exited' }], notSeen: [], looked: [] })),
    ])
  })

  test('is not looked at where the enclosure has ended by itself', async () => {
    rig.enclosure.emit({ event: 'ended', at: 0, detail: 'it died' })
    await expect(rig.session.residue()).rejects.toMatchObject({ code: 'SC_ENDED' })
  })
})
