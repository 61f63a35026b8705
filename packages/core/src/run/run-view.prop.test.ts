import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ActRecord, Body } from '../ledger/record.ts'
import { entries } from '../testing/ledger-samples.ts'
import { foldRun } from './run-view.ts'

const WHATS = ['owed', 'injected', 'inject-failed', 'landed', 'not-landed', 'landed-unknown', 'undone', 'verified', 'stuck'] as const
const LANDINGS: readonly ActRecord['what'][] = ['landed', 'not-landed', 'landed-unknown']
const record = fc.record({ act: fc.constantFrom('a', 'b', 'c'), what: fc.constantFrom(...WHATS) })
const body = (one: { act: string; what: ActRecord['what'] }): Body => ({
  kind: 'act',
  act: { ...one, stage: 1, target: 'worker#1', detail: '' },
  agentSeq: 0,
  agentHead: '',
})

test('what is owed is every act that was ever told of and is not verified gone since; a landing told late owes nothing', () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 40 }), (records) => {
      const { acts } = foldRun(entries(...records.map(body)))
      for (const act of ['a', 'b', 'c']) {
        const told = records.filter((one) => one.act === act)
        const last = told.findLast((one) => !LANDINGS.includes(one.what))
        expect(acts[act]?.owed ?? false).toBe(told.length > 0 && last?.what !== 'verified')
      }
    }),
  )
})
