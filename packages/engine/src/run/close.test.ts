import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ownId, recoverLab } from '@safechaos/agent'
import type { Body, LedgerRecord } from '@safechaos/core'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { bootId } from '../../../../test/support/own-process.ts'
import { closeWithoutAgent } from './close.ts'
import type { Desk } from './desk.ts'

vi.mock(import('@safechaos/agent'), async (original) => {
  const agent = await original()
  return { ...agent, recoverLab: vi.fn(agent.recoverLab) }
})

let stateDir: string
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'safechaos-close-'))
  mkdirSync(join(stateDir, 'runs/r1'), { recursive: true })
})
afterEach(() => rmSync(stateDir, { recursive: true }))

const desk = (): Pick<Desk, 'ports' | 'records' | 'record'> => ({
  ports: { run: 'r1', stateDir } as Desk['ports'],
  records: [],
  record: () => undefined,
})

test('what another dead run cannot put back is no residue of this one, and its own is', async () => {
  const found = [
    { key: 'r1', what: 'process 7 of the enclosure still runs' },
    { key: 'r2', what: 'process 8 of the enclosure still runs' },
  ]
  const residue = { found, notSeen: ['what owed/r2.1.json says', 'what owed/r1.1.json says'], looked: ['owed records'] }
  vi.mocked(recoverLab).mockResolvedValueOnce({ runs: [], live: [], unknown: [], unreadable: [], residue, freed: [], locked: [] })
  expect(await closeWithoutAgent(desk())).toEqual({ found: found.slice(0, 1), notSeen: ['what owed/r1.1.json says'], looked: ['owed records'] })
})

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
