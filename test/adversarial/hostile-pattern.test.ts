import { CONTAINMENTS } from '@safechaos/containments'
import type { Step } from '@safechaos/core'
import { expect, test } from 'vitest'
import { openRig } from '../support/rig.ts'
import { member, service, stackOf } from '../support/stacks.ts'

const WORKER = member('worker#1')
const kill = (match: string): Step => ({ do: 'signal', in: 'target', signal: 'SIGKILL', match, deadlineMs: 5000 })

test.each(CONTAINMENTS.map((containment) => [containment.name, containment] as const))(
  'no pattern keeps the init from answering, whatever command line a service chooses: in %s',
  async (_, containment) => {
    await using rig = await openRig(containment)
    const words = [...Array.from({ length: 400 }, () => 'a'.repeat(48)), 'end']
    await rig.start(stackOf(service('worker', { command: ['sh', '-c', 'sleep 1000; :', 'a'.repeat(48), ...words] })))
    for (const match of ['(a+)+Q$', '(a|a)*Q', `${'.*'.repeat(40)}x$`, `${'a?'.repeat(60)}Q`]) {
      const striking = rig.enclosure.run('a', WORKER, kill(match))
      const asked = performance.now()
      await rig.enclosure.members()
      expect(performance.now() - asked, `/${match}/`).toBeLessThan(1500)
      expect(await striking).toMatchObject({ ok: false, detail: expect.stringContaining('no process') })
    }
    const lines = (await rig.enclosure.members()).flatMap(({ commandLines }) => commandLines.map(({ commandLine }) => commandLine))
    expect(Math.max(...lines.map(({ length }) => length)), 'more of it than that is looked at by nobody').toBe(8193)
    expect(await rig.enclosure.run('b', WORKER, kill('end$')), 'a cut is not the end').toMatchObject({ ok: false })
    expect(await rig.enclosure.run('b', WORKER, kill('^sh -c .*aaa'))).toMatchObject({ ok: true })
  },
  60_000,
)
