import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Sample } from '@safechaos/core'
import { expect, test } from 'vitest'
import { cores, familyOf, processLine, serviceStats } from './stats.ts'

test('a line of /proc is read whatever the program calls itself', () => {
  const stat = '42 (a (b) c) S 7 42 42 0 -1 4194560 100 0 0 0 10 5 3 2 20 0 1 0 12345 1000 50'
  expect(processLine(stat)).toEqual({ pid: 42, parent: 7, ticks: 20 })
})

test('a zombie and an unreadable line are no processes', () => {
  expect(processLine('42 (x) Z 7 42 42 0 -1 4194560 100 0 0 0 10 5 3 2 20 0 1 0 12345 1000 50')).toBeUndefined()
  expect(processLine('')).toBeUndefined()
})

test('the family of a main process is itself and all that descends from it', () => {
  const line = (pid: number, parent: number) => ({ pid, parent, ticks: 1 })
  expect(
    familyOf(2, [line(1, 0), line(2, 1), line(3, 2), line(4, 3), line(5, 1)])
      .map(({ pid }) => pid)
      .sort((a, b) => a - b),
  ).toEqual([2, 3, 4])
  expect(familyOf(9, [line(1, 0)])).toEqual([])
})

test('CPU time is counted by family, a new main process whole, and never below zero', () => {
  expect(cores(new Map([[1, 100]]), new Map([[1, 150]]), 1000)).toBe(0.5)
  expect(cores(new Map([[1, 100]]), new Map([[2, 50]]), 1000)).toBe(0.5)
  expect(cores(new Map([[1, 100]]), new Map([[1, 60]]), 1000)).toBe(0)
})

test('processes, memory and CPU of a real service are read, and a service that is gone has no numbers', async () => {
  const child = spawn('sh', ['-c', 'sleep 20 & while :; do :; done'], { stdio: 'ignore' })
  try {
    await once(child, 'spawn')
    let roots: Record<string, number> = { 'worker#1': child.pid ?? 0 }
    const reader = (stat: 'cpu' | 'memory' | 'processes') => {
      const read = serviceStats({ name: stat, from: 'stats', service: 'worker', stat, everyMs: 1000, unit: '' }, { roots: () => roots })
      return (): Promise<Sample | undefined> => new Promise((done) => read(done))
    }
    await expect.poll(reader('processes'), { timeout: 3000 }).toMatchObject({ kind: 'reading', value: 2 })
    expect((await reader('memory')()) as { value: number }).toMatchObject({ kind: 'reading', value: expect.any(Number) })
    const cpu = reader('cpu')
    expect(await cpu()).toBeUndefined()
    await expect.poll(async () => ((await cpu()) as { value: number }).value, { timeout: 5000, interval: 300 }).toBeGreaterThan(0.1)
    roots = {}
    expect(await cpu()).toMatchObject({ kind: 'no-reading', reason: 'no-series' })
    expect(await reader('processes')()).toMatchObject({ value: 0 })
  } finally {
    child.kill('SIGKILL')
  }
})
