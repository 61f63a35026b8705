import type { Wall } from '@safechaos/core'
import { expect, test } from 'vitest'
import { wallLines } from './preflight.ts'

const wall = (held: Wall['held']): Wall => ({ wall: `one that is ${held}`, held, detail: 'so it was' })
const passes = (...walls: readonly Wall[]): boolean => wallLines('sandbox', walls).every(({ ok }) => ok)

test('nothing is injected behind a wall that fell, or behind walls of which none was tried', () => {
  expect(passes(wall('held'), wall('not tried'))).toBe(true)
  expect(passes(wall('held'), wall('not held'))).toBe(false)
  expect(passes(wall('not tried'))).toBe(false)
  expect(passes()).toBe(false)
})

test('a containment that promises no walls is not asked for them', () => {
  expect(wallLines('process', [wall('not held')])).toEqual([])
})
