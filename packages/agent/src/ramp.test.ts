import { setTimeout as sleep } from 'node:timers/promises'
import type { Enclosure, Member } from '@safechaos/containments'
import type { ActRecord } from '@safechaos/core'
import { expect, test } from 'vitest'
import type { ActBook } from './book.ts'
import { Ramp } from './ramp.ts'

const TARGETS = ['worker#1', 'worker#2', 'worker#3'].map((id) => ({ id, members: [id] }))

/** Replicas that are still there for a while after they were hit, and a book that tells who was hit while dying. */
function dying() {
  const pids = new Map(TARGETS.map(({ id }, index) => [id, 100 + index]))
  const told: string[] = []
  const deaths: Promise<unknown>[] = []
  const book: Pick<ActBook, 'acts' | 'inject' | 'settled'> = {
    acts: [],
    inject: async (_stage, victims) => {
      for (const { id } of victims) {
        told.push(deaths.length > 0 && told.includes(id) ? `${id} again` : id)
        deaths.push(sleep(40).then(() => pids.delete(id)))
      }
      await sleep(20)
      return victims.map((): ActRecord => ({}) as ActRecord)
    },
    settled: async () => {
      await Promise.all(deaths)
    },
  }
  const members = async (): Promise<Member[]> =>
    TARGETS.map(({ id }) => ({ id, service: 'worker', state: 'up', restarts: 0, pid: pids.get(id), address: '', commandLines: [] }))
  return { book: book as ActBook, enclosure: { members } as unknown as Enclosure, told }
}

function rampOf({ book, enclosure }: Pick<ReturnType<typeof dying>, 'book' | 'enclosure'>, failures: Error[]): Ramp {
  const acts = [0, 10, 30].map((offsetMs) => ({ offsetMs, pick: { u: 0 } }))
  const identity = { pidNamespace: '', initPid: 1 } as Enclosure['identity']
  return new Ramp({
    book,
    enclosure,
    stages: [{ number: 1, targets: 3, holdMs: 100, acts }],
    floors: { hits: { of: 'members', service: 'worker' }, planned: TARGETS, identity, spared: () => [] },
    mayAct: () => undefined,
    onFailure: (error) => failures.push(error),
  })
}

test('a random victim is chosen among those who are not dying by the one before', async () => {
  const rig = dying()
  const failures: Error[] = []
  await rampOf(rig, failures).inject(1, () => undefined)
  await expect.poll(() => rig.told.length).toBe(3)
  expect({ told: rig.told, failures }).toEqual({ told: ['worker#1', 'worker#2', 'worker#3'], failures: [] })
})

test('what waits for the victim before it does not happen once the rest is cancelled', async () => {
  const rig = dying()
  const ramp = rampOf(rig, [])
  await ramp.inject(1, () => undefined)
  await sleep(12)
  ramp.cancel()
  await sleep(120)
  expect(rig.told).toEqual(['worker#1'])
})
