import { expect, test } from 'vitest'
import { HealthMonitor } from './health.ts'
import { until } from './until.ts'

const CHECK = { test: [], intervalMs: 10, timeoutMs: 100, retries: 2, startPeriodMs: 0 }

async function statesOf(answers: readonly boolean[], check = CHECK): Promise<boolean[]> {
  const states: boolean[] = []
  let asked = 0
  const monitor = new HealthMonitor(
    check,
    async () => answers[Math.min(asked++, answers.length - 1)] ?? false,
    (healthy) => states.push(healthy),
  )
  await until(() => asked > answers.length, 2000)
  monitor.end()
  return states
}

test('one failure does not make a service unhealthy, as many in a row as it has retries do, and one success makes it healthy', async () => {
  expect(await statesOf([true, false, true, false, false, true])).toEqual([true, false, true])
})

test('failures in the start period do not count', async () => {
  expect(await statesOf([false, false, false, false, true], { ...CHECK, startPeriodMs: 60_000 })).toEqual([true])
})

test('nothing is said after its end', async () => {
  const states: boolean[] = []
  const monitor = new HealthMonitor(
    CHECK,
    async () => true,
    (healthy) => states.push(healthy),
  )
  monitor.end()
  await until(() => states.length > 0, 100)
  expect(states).toEqual([])
})
