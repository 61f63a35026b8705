import type { Member } from '@safechaos/containments'
import { expect, test } from 'vitest'
import { healthLine } from './preflight.ts'

const member = (id: string, more: Partial<Member> = {}): Member => ({
  id,
  service: 'web',
  state: 'up',
  restarts: 0,
  pid: 7,
  address: '',
  commandLines: [],
  ...more,
})

test('a service that ended is named once, with how it ended and the last line it printed', () => {
  const crashed = member('web#1', { state: 'exited', end: { how: 'exited with code 3', lastLine: 'no database' } })
  const mute = member('web#2', { state: 'exited', end: { how: 'ended by SIGKILL', lastLine: undefined } })
  expect(healthLine([crashed, mute, member('web#3', { state: 'unhealthy' }), member('web#4')])).toMatchObject({
    ok: false,
    detail: 'web#1 exited with code 3 (no database), web#2 ended by SIGKILL, web#3 is unhealthy; `safechaos logs` shows what they printed',
  })
  expect(healthLine([member('web#1')])).toMatchObject({ ok: true, detail: '1 of 1 up' })
})
