import { type GateSpec, type Plan } from '@safechaos/core'
import { describe, expect, test } from 'vitest'
import { loadGate } from '../../../core/src/testing/gate-samples.ts'
import { rehearseGates } from './rehearse-gates.ts'

const gate = (part: Partial<GateSpec>): GateSpec => loadGate({ name: 'g', ...part })
const load: Plan['load'] = { method: 'GET', url: 'http://api:80/', rate: 50, timeoutMs: 1000 }
const rehearse = (spec: GateSpec): boolean | undefined => rehearseGates({ gates: [spec], load } as unknown as Plan)[0]?.ok

describe('a gate is proven able to fail', () => {
  for (const breach of ['above', 'at-or-above', 'below', 'at-or-below'] as const) {
    for (const input of ['errorRatio', 'okRate'] as const) {
      test(`${input} ${breach} 50 %`, () => expect(rehearse(gate({ input: { load: input }, breach, limit: 0.5 }))).toBe(true))
    }
    test(`p95 ${breach} 300 ms`, () => expect(rehearse(gate({ input: { load: 'p95' }, breach, limit: 300, unit: 'ms' }))).toBe(true))
    test(`a signal ${breach} 10`, () => expect(rehearse(gate({ input: { signal: 'lag' }, breach, limit: 10, unit: 's' }))).toBe(true))
  }
})

test('a gate that can never fail is found out: no error ratio is above 100 %', () => {
  expect(rehearse(gate({ limit: 1 }))).toBe(false)
})
