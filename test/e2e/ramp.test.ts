import { expect, test } from 'vitest'
import { CALM_STACK, calmCharter } from '../support/calm-stack.ts'
import { realLab } from '../support/real-lab.ts'

const THREE = {
  ...CALM_STACK,
  'stacks/compose.yaml': CALM_STACK['stacks/compose.yaml'].replace('restart: "no" }', 'restart: "no", deploy: { replicas: 3 } }'),
}

test('stages that are shorter than a renewal widen the fault all the same, each by a green of its own', async () => {
  using lab = realLab(THREE)
  const charter = calmCharter({ ramp: '{ steps: [1, 2, 100%], hold: 100ms }', abort: '{ there: { breach: "> 1000", window: 250ms, fresh: 3s } }' })
  const { exit, told } = await lab.run(lab.write('charters/ramp.yaml', charter))
  expect(exit, `${told.stderr}${JSON.stringify(told.end)}`).toBe(0)
  expect(
    told
      .bodies('ramp')
      .filter(({ state }) => state === 'passed')
      .map(({ targets }) => targets),
  ).toEqual([1, 2, 3])
  expect(told.acts('verified')).toHaveLength(3)
}, 120_000)
