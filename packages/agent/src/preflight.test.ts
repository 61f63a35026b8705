import type { Member } from '@safechaos/containments'
import { expect, test } from 'vitest'
import { fakePlan } from '../../../test/support/fake-run.ts'
import { healthLine, matchLines } from './preflight.ts'

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

const worker = (id: string, ...lines: readonly string[]): Member => ({
  id,
  service: 'worker',
  state: 'up',
  restarts: 0,
  pid: 10,
  address: '',
  commandLines: lines.map((commandLine, index) => ({ pid: 10 + index, commandLine })),
})
const linesFor = (match: string | undefined, ...members: readonly Member[]) =>
  matchLines(
    fakePlan({
      fault: { kind: 'process.kill', target: 'worker', signal: 'SIGKILL', ...(match === undefined ? {} : { match }) },
      targets: ['worker#1', 'worker#2'],
    }),
    members,
  )

test('what a pattern finds is listed target by target, and of nobody else', () => {
  const [line, ...more] = linesFor('job', worker('worker#1', 'sh', 'job a', 'job b'), worker('worker#2', 'job c'), worker('api#1', 'job d'))
  expect(line).toMatchObject({ ok: true, detail: 'worker#1: 11 "job a", 12 "job b"; worker#2: 10 "job c"' })
  expect(more).toEqual([])
})

test('a target in which it finds nothing is a refusal that names what is there instead', () => {
  const [line] = linesFor('job', worker('worker#1', 'job a'), worker('worker#2', 'sh'))
  expect(line).toMatchObject({ ok: false, detail: expect.stringMatching(/^worker#2: none, it has 10 "sh"; write a `match`/) as string })
  expect(linesFor('job')[0]).toMatchObject({ ok: false, detail: expect.stringContaining('worker#1: none, it has no process') as string })
})

test('long command lines are cut, many are counted, and no control character of theirs reaches a terminal', () => {
  const many = Array.from({ length: 7 }, () => `job ${'x'.repeat(200)}`)
  const [line] = linesFor('job', worker('worker#1', ...many), worker('worker#2', 'job \u001b[2J'))
  expect(line?.detail).toContain(`"job ${'x'.repeat(75)}…"`)
  expect(line?.detail).toContain('and 2 more; worker#2: 10 "job \\u001b[2J"')
})

test('a fault without a pattern has no such line', () => expect(linesFor(undefined, worker('worker#1', 'sh'))).toEqual([]))
