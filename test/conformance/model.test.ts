import { expect, test } from 'vitest'
import { type Knobs, modelContainment } from '../support/model-enclosure.ts'
import { openRig } from '../support/rig.ts'
import { member, service, stackOf } from '../support/stacks.ts'
import { conformance } from './suite.ts'

conformance(modelContainment(), 'model')

test('the knobs of the model make it fail in each way', async () => {
  const knobs: Knobs = {}
  await using rig = await openRig(modelContainment(knobs))
  await rig.start(stackOf(service('worker')))
  const kill = () => rig.enclosure.run('a', member('worker#1'), { do: 'signal', in: 'target', signal: 'SIGKILL', deadlineMs: 100 })
  const ended = () => rig.enclosure.look('a', member('worker#1'), { look: 'process', in: 'target', expect: 'ended', deadlineMs: 10 })
  knobs.fails = () => ({ ok: false, code: 'SC_TARGET_MOVED', detail: 'moved' })
  expect(await kill()).toMatchObject({ code: 'SC_TARGET_MOVED' })
  delete knobs.fails
  knobs.lame = true
  expect(await kill()).toMatchObject({ ok: true })
  expect(await ended()).toMatchObject({ seen: 'no' })
  knobs.sees = () => ({ seen: 'unknown', detail: 'fog' })
  expect(await ended()).toMatchObject({ seen: 'unknown' })
  knobs.leaves = [{ key: 'nft', what: 'a table' }]
  expect((await rig.enclosure.residue()).found).toEqual(knobs.leaves)
})
