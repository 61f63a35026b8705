import { describe, expect, test } from 'vitest'
import { chain, heldRun, refusedRun, SYNTHETIC_ZERO, weakRun } from '../../../../test/support/synthetic-run.ts'
import type { GateState } from '../gate/gate.ts'
import { buildReport } from './build-report.ts'
import type { LogLine } from './log-line.ts'

const build = ({ records, samples, logs }: ReturnType<typeof weakRun>) => buildReport(records, samples, logs)

describe('the report of a refuted run', () => {
  const report = build(weakRun())

  test('starts its clock at the first injection and keeps the instant', () => {
    expect(report.zero).toBe(SYNTHETIC_ZERO)
    expect(report.zeroIs).toBe('first injection')
    expect(report.clock.events.find(({ glyph }) => glyph === 'inject')?.t).toBe(0)
  })

  test('shows five lights with words and reasons', () => {
    expect(report.lights.map(({ name, word }) => `${name} ${word}`)).toEqual([
      'hypothesis refuted',
      'effect landed',
      'rollback clean',
      'containment held',
      'evidence complete',
    ])
    expect(report.lights.every(({ why }) => why.length > 0)).toBe(true)
  })

  test('bounds the fault band by the first injection and the last verified undo', () => {
    expect(report.clock.fault).toMatchObject({ from: 0, to: 17_190 })
  })

  test('says how soon after the stop the fault was gone', () => {
    expect(report.clock.stop).toEqual({ t: 16_802, goneAt: 17_190, label: 'stopped: gate-breach, gone 388 ms later' })
  })

  test('marks who was planned and who was hit', () => {
    const workers = report.map.find(({ service }) => service === 'worker')
    expect(workers?.replicas.map(({ id, planned, hit }) => [id, planned, hit])).toEqual([
      ['worker#1', true, true],
      ['worker#2', true, true],
      ['worker#3', true, false],
      ['worker#4', true, false],
    ])
    expect(report.map.find(({ service }) => service === 'api')).toMatchObject({ entry: true, read: ['lag', 'memory', 'health'] })
  })

  test('gives a service the same palette place on the map and on its lanes', () => {
    const places = report.map.flatMap(({ service, colour, replicas }) => replicas.map(({ id }) => [`service:${id}`, colour, service]))
    expect(places.map(([id]) => report.clock.lanes.find((lane) => lane.id === id)?.colour)).toEqual(places.map(([, colour]) => colour))
  })

  test('leaves missing readings as a gap with its reason, and no value in it', () => {
    const lag = report.plots.find(({ id }) => id === 'signal-lag')
    expect(lag?.gaps).toEqual([{ from: 13_500, to: 15_500, why: 'timeout: no answer in 500 ms' }])
    const inside = lag?.lines[0]?.values.filter(
      (_, index) => (lag.lines[0]?.times[index] ?? 0) > 13_500 && (lag.lines[0]?.times[index] ?? 0) < 15_500,
    )
    expect(inside?.every((value) => value === null)).toBe(true)
  })

  test('tells detection, mitigation and recovery, and how each was found', () => {
    expect(report.recovery.steps.map(({ name, ms }) => [name, ms])).toEqual([
      ['detect', 15_003],
      ['mitigate', 2187],
      ['recover', 7400],
    ])
    expect(report.recovery.steps[0]?.how).toContain('lag')
  })

  test('counts how long each hit service was away', () => {
    expect(report.recovery.services.map(({ service, exits, back }) => [service, exits, back])).toEqual([
      ['worker#1', 2, true],
      ['worker#2', 2, true],
    ])
  })

  test('ranks what moved by its shift in MADs, and says that it only describes', () => {
    const effects = report.moved.ranked.map(({ effect }) => Math.abs(effect))
    expect(effects).toEqual([...effects].sort((a, b) => b - a))
    expect(report.moved.ranked.map(({ name }) => name)).toContain('lag')
    expect(report.moved.note).toContain('describes')
  })

  test('answers that everything is back only from verified undos and two empty scans', () => {
    expect(report.back.tone).toBe('good')
    expect(report.back.acts.every(({ goneAt }) => goneAt !== undefined)).toBe(true)
  })

  test('suggests to mend the system and compare', () => {
    expect(report.next.experiment).toContain('safechaos compare')
    expect(report.next.questions[0]).toContain('lag')
  })

  test('keeps log lines within two seconds of an event, and counts all of them', () => {
    expect(report.logs.lines).toBe(weakRun().logs.length)
    for (const event of report.clock.events) for (const line of event.logs) expect(Math.abs(line.t - event.t)).toBeLessThanOrEqual(2000)
  })
})

describe('other endings', () => {
  test('a run that held suggests one harder step', () => {
    const report = build(heldRun())
    expect(report.clock.stop).toBeUndefined()
    expect(report.next.experiment).toMatch(/^Go longer/)
  })

  test('asks about a gate that nobody could read under the fault, not whether the fault was hard enough', () => {
    const { records, samples } = heldRun()
    const blind = { gate: 'lag', input: 'lag', at: SYNTHETIC_ZERO + 1000, state: 'UNKNOWN', reason: 'timeout', detail: 'no answer in 500 ms' }
    const bodies = records.map(({ at, body }) => ({ at, body }))
    const known = bodies.flatMap(({ body }) => (body.kind === 'gate' && body.state.gate === 'lag' ? [body.state] : []))[0]
    const report = buildReport(chain([...bodies, { at: blind.at, body: { kind: 'gate', state: { ...known, ...blind } as GateState } }]), samples)
    expect(report.next.questions[0]).toBe('Why could nobody read lag under the fault (timeout), and would production be as blind?')
  })

  test('a run that never injected has a clock from its start and nothing under fault', () => {
    const report = build(refusedRun())
    expect(report.zeroIs).toBe('start of the run')
    expect(report.clock.fault).toBeUndefined()
    expect(report.plots).toEqual([])
    expect(report.next.actions[0]).toContain('preflight')
    expect(report.next.questions).toEqual(['What would have told us before the run that it cannot begin?'])
  })

  test('an empty ledger gives a report that says so', () => {
    const report = buildReport([], [])
    expect(report.sentence).toContain('No verdict')
    expect(report.lights.every(({ tone }) => tone === 'unsure')).toBe(true)
  })

  test('a run that was cut off under fault is not called back', () => {
    const { records, samples } = weakRun()
    const cut = records.filter(({ at }) => at < SYNTHETIC_ZERO + 12_000)
    const report = buildReport(cut, samples)
    expect(report.back.tone).toBe('bad')
    expect(report.back.sentence).toContain('safechaos recover')
    expect(report.clock.fault?.label).toContain('never verified gone')
    expect(report.next.actions[0]).toContain('no verdict')
  })

  test('what could not be looked at keeps the answer from being yes', () => {
    const { records } = weakRun()
    const bodies = records.map(({ at, body }) => ({
      at,
      body: body.kind === 'residue' ? { ...body, residue: { ...body.residue, notSeen: ['nftables rules'] } } : body,
    }))
    expect(buildReport(chain(bodies), []).back.tone).toBe('unsure')
  })

  test('what the lab does to bring a snapshot back is told as its own doing, and counts neither as an outage nor as what users felt', () => {
    const { records, samples } = weakRun()
    const restart = (['exited', 'starting', 'up'] as const).map((state, index) => ({
      at: SYNTHETIC_ZERO + 26_000 + index * 100,
      body: { kind: 'service', service: 'api#1', state, detail: 'restored' } as const,
    }))
    const snapshot = (what: 'restoring' | 'restored', ms: number) => ({
      at: SYNTHETIC_ZERO + ms,
      body: { kind: 'snapshot', what, detail: '' } as const,
    })
    const restored = chain(
      [...records.map(({ at, body }) => ({ at, body })), snapshot('restoring', 25_990), ...restart, snapshot('restored', 26_300)].sort(
        (a, b) => a.at - b.at,
      ),
    )
    const refused = {
      kind: 'load' as const,
      from: SYNTHETIC_ZERO + 26_000,
      to: SYNTHETIC_ZERO + 26_250,
      scheduled: 9,
      ok: 0,
      failed: { refused: 9 },
      latencies: Array(9).fill(1) as number[],
      lateMs: 0,
    }
    const report = buildReport(restored, [...samples, refused])
    expect(report.recovery.services.map(({ service }) => service)).toEqual(['worker#1', 'worker#2'])
    expect(report.clock.events.filter(({ lane }) => lane === 'service:api#1')).toEqual([])
    expect(report.clock.events.map(({ title }) => title)).toContain('the lab stops every service and brings the snapshot back')
    expect(report.map.find(({ service }) => service === 'api')?.replicas[0]?.restarts).toBe(0)
    expect(report.felt.find(({ name }) => name === 'recovery')?.failed).not.toHaveProperty('refused')
  })

  test('a rehearsal on the canary is no fault: it has no lane, no event and no share in the clock', () => {
    const { records } = weakRun()
    const canary = (what: 'injected' | 'verified', ms: number) => ({
      at: SYNTHETIC_ZERO + ms,
      body: { kind: 'act', act: { act: 'canary', stage: 0, target: 'canary', what, detail: '' }, agentSeq: 0, agentHead: '' } as const,
    })
    const report = buildReport(chain([...records.map(({ at, body }) => ({ at, body })), canary('injected', -5600), canary('verified', -5500)]), [])
    expect(report.zero).toBe(SYNTHETIC_ZERO)
    expect(report.clock.lanes.some(({ id }) => id.includes('canary'))).toBe(false)
    expect(report.clock.events.some(({ title }) => title.includes('canary'))).toBe(false)
  })
})

describe('bounds', () => {
  test('a chatty service does not grow the report without limit', () => {
    const { records } = weakRun()
    const logs = function* (): Generator<LogLine> {
      for (let index = 0; index < 60_000; index++)
        yield { at: SYNTHETIC_ZERO + (index % 20_000), service: 'api#1', stream: 'out', line: 'x'.repeat(2000) }
    }
    const report = buildReport(records, [], logs())
    expect(report.logs.lines).toBe(60_000)
    expect(JSON.stringify(report).length).toBeLessThan(600_000)
    expect(report.clock.events[0]?.logsLeftOut).toBeGreaterThan(1000)
  })

  test('a long fast signal is thinned, and keeps its highest and lowest value', () => {
    const { records } = weakRun()
    const samples = Array.from({ length: 20_000 }, (_, index) => ({
      kind: 'reading' as const,
      signal: 'health',
      at: SYNTHETIC_ZERO + index * 250,
      value: index === 7777 ? 0 : index === 13_001 ? 9 : 1,
    }))
    const line = buildReport(records, samples).plots.find(({ id }) => id === 'signal-health')?.lines[0]
    expect(line?.values.length).toBeLessThan(1300)
    expect(line?.values).toContain(0)
    expect(line?.values).toContain(9)
  })
})
