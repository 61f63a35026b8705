import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ownId } from '@safechaos/agent'
import type { Body, LedgerRecord } from '@safechaos/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { bootId } from '../../../../test/support/own-process.ts'
import { closeWithoutAgent } from './close.ts'
import type { Desk } from './desk.ts'

let stateDir: string
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'safechaos-close-'))
  mkdirSync(join(stateDir, 'runs/r1'), { recursive: true })
})
afterEach(() => rmSync(stateDir, { recursive: true }))

test('an agent that lives and does not answer may still hold something: nobody says that nothing is left', async () => {
  const file = { run: 'r1', agent: ownId(), bootId: bootId(), labDir: stateDir, containment: 'process', detached: false, startedAt: 0 }
  writeFileSync(join(stateDir, 'runs/r1/agent.json'), JSON.stringify(file))
  const records: LedgerRecord[] = []
  const recorded: Body[] = []
  const ports = { run: 'r1', stateDir } as Desk['ports']
  const residue = await closeWithoutAgent({ ports, records, record: (body) => recorded.push(body) })
  expect(residue).toMatchObject({ found: [{ key: 'agent', what: expect.stringContaining('does not answer') as string }] })
  expect(recorded).toEqual([])
})
