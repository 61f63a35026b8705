import { afterAll, beforeAll, expect, test } from 'vitest'
import { CALM_STACK, calmCharter } from '../support/calm-stack.ts'
import { type RealLab, realLab } from '../support/real-lab.ts'

let lab: RealLab
beforeAll(() => {
  lab = realLab(CALM_STACK)
}, 120_000)
afterAll(() => lab[Symbol.dispose]())

test.each(['a key', 'the abort command'])(
  'a person who stops by %s while a recovery is waited for does not wait, and nothing is said of what was not seen',
  async (by) => {
    const invariants = '{ never: { get: "http://api:8080/", status: 500, within: 60s } }'
    const charter = calmCharter({ containment: 'process', ramp: '{ steps: [100%], hold: 300ms }', invariants })
    const run = lab.start(lab.write('charters/waits.yaml', charter))
    await run.until((body) => body.kind === 'recovered')
    const stoppedAt = performance.now()
    if (by === 'a key') run.child.kill('SIGINT')
    else lab.cli('abort', run.told.run)
    expect(await run.ended).toBe(3)
    expect(performance.now() - stoppedAt).toBeLessThan(30_000)
    expect(run.told.bodies('invariant')).toEqual([])
    expect(run.told.end?.verdict).toMatchObject({
      endedBy: 'completed',
      hypothesis: { state: 'inconclusive', why: 'the invariant never was not asked afterwards' },
      rollback: { state: 'clean' },
    })
  },
)
