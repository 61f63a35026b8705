import { CONTAINMENTS } from '@safechaos/containments'
import { CONTAINMENT_TRAITS } from '@safechaos/core'
import { expect, test } from 'vitest'

test('what planning believes of each containment is what the containment itself offers', () => {
  expect(Object.fromEntries(CONTAINMENTS.map(({ name, offers }) => [name, offers]))).toEqual(
    Object.fromEntries(Object.entries(CONTAINMENT_TRAITS).map(([name, { offers }]) => [name, offers])),
  )
})
