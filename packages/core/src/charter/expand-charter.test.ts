import { expect, test } from 'vitest'
import { faultOf, FAULTS } from '../faults/catalogue.ts'
import { loadGate } from '../testing/gate-samples.ts'
import { zod } from '../zod.ts'
import type { CharterContext } from './charter.ts'
import { expandCharter } from './expand-charter.ts'
import { printCharter } from './print-charter.ts'

const context: CharterContext = {
  fileName: 'worker-dies.yaml',
  stackFile: '../stacks/weak/compose.yaml',
  containment: 'sandbox',
  owner: 'Ana <ana@example.org>',
  seed: 'f00d',
}

/** The short charter of the design, as YAML reads it. */
const FOUR_LINES = {
  hypothesis: 'paying works while a worker dies',
  load: { get: 'http://api:8080/pay', rate: '50/s' },
  fault: { kind: 'process.kill', target: 'worker' },
  abort: { errorRatio: '> 5%' },
}

const expanded = (change: object = {}) => {
  const read = expandCharter({ ...FOUR_LINES, ...change }, context)
  if (!read.ok) throw new Error(JSON.stringify(read.problems))
  return read.value
}

/** `path: message (hint)` of every problem. */
const problems = (change: object): string[] => {
  const read = expandCharter({ ...FOUR_LINES, ...change }, context)
  return read.ok
    ? []
    : read.problems.map(
        ({ path, at, message, hint }) => `${path.join('.')}${at === 'key' ? ' [key]' : ''}: ${message}${hint === undefined ? '' : ` (${hint})`}`,
      )
}

test('four lines are a whole charter, with a safe default for everything else', () => {
  expect(expanded()).toEqual({
    name: 'worker-dies',
    purpose: undefined,
    hypothesis: 'paying works while a worker dies',
    stack: '../stacks/weak/compose.yaml',
    environment: 'dev',
    containment: 'sandbox',
    load: { method: 'GET', url: 'http://api:8080/pay', rate: 50, timeoutMs: 1000 },
    signals: [],
    fault: { kind: 'process.kill', target: 'worker', signal: 'SIGKILL' },
    ramp: { steps: [{ targets: 1 }, { percent: 100 }], holdMs: 10_000 },
    gates: [loadGate()],
    invariants: [],
    baselineMs: 5000,
    recoveryMs: 10_000,
    limitMs: 120_000,
    lease: { ms: 3000, renewEveryMs: 1000 },
    maxAbortMs: 10_000,
    seed: 'f00d',
    owner: 'Ana <ana@example.org>',
    people: { approvers: [], notify: [] },
    rollback: undefined,
    schedule: undefined,
  })
})

test('each required part is missed by name', () => {
  expect(problems({ hypothesis: undefined })).toEqual([expect.stringContaining('hypothesis: hypothesis is missing')])
  expect(problems({ fault: undefined })).toEqual([expect.stringContaining('fault: fault is missing')])
  expect(problems({ abort: undefined })).toEqual([expect.stringContaining('abort: abort is missing')])
  expect(problems({ load: undefined })).toEqual([expect.stringContaining('nothing is watched')])
  expect(problems({ abort: {} })).toEqual([expect.stringContaining('no limit would stop the run')])
})

test('a misspelt key is an error with the key that was meant, never ignored', () => {
  expect(problems({ maxAbrt: '1s' })).toEqual(['maxAbrt [key]: unknown key "maxAbrt" (did you mean maxAbort?)'])
  expect(problems({ abort: { errorRatio: { breach: '> 5%', windw: '1s' } } })).toEqual([
    'abort.errorRatio.windw [key]: unknown key "windw" (did you mean window?)',
  ])
  expect(problems({ fault: { kind: 'process.kill', targt: 'worker', target: 'worker' } })).toEqual([
    'fault.targt [key]: unknown key "targt" (did you mean target?)',
  ])
})

test('every problem is told at once, with the bad value', () => {
  const all = problems({ baseline: 'soon', limit: '3d', environment: 'a b', fault: { kind: 'process.kil' } })
  expect(all).toHaveLength(4)
  expect(all.join('\n')).toContain('"soon": not a duration')
  expect(all.join('\n')).toContain('there is no fault called "process.kil" (did you mean process.kill?)')
})

test('durations outside their limits are refused with the limits', () => {
  expect(problems({ lease: '1ms' })).toEqual([expect.stringContaining('between 300ms and 1m')])
  expect(problems({ limit: '999999999h' })).toEqual([expect.stringContaining('between 100ms and 1h')])
})

test('a load is a get or a post, and only a post has a body', () => {
  expect(problems({ load: { rate: '50/s' } })).toEqual([expect.stringContaining('load needs one of get and post')])
  expect(problems({ load: { get: 'http://a/', post: 'http://a/', rate: '50/s' } })).toHaveLength(1)
  expect(problems({ load: { get: 'http://a/', body: 'x', rate: '50/s' } })).toEqual([expect.stringContaining('only a post has a body')])
  expect(problems({ load: { post: 'http://a/', body: 'x', json: {}, rate: '50/s' } })).toEqual([expect.stringContaining('one body')])
  expect(problems({ load: { get: 'https://a/', rate: '50/s' } })).toEqual([expect.stringContaining('write http://SERVICE:PORT/path')])
  expect(problems({ load: { get: 'http://user:secret@a/', rate: '50/s' } })).toEqual([expect.stringContaining('write http://SERVICE:PORT/path')])
  expect(problems({ load: { get: 'http://a/', rate: 50 } })).toEqual([expect.stringContaining('for example 50/s')])
  expect(problems({ load: { get: 'http://a/', rate: '0/s' } })).toEqual([expect.stringContaining('more than 0')])
})

test('the body of a post given as data is sent as canonical JSON', () => {
  expect(expanded({ load: { post: 'http://api/pay', json: { b: 1, a: [true] }, rate: '3000/m', accept: [429] } }).load).toEqual({
    method: 'POST',
    url: 'http://api/pay',
    body: '{"a":[true],"b":1}',
    rate: 50,
    timeoutMs: 1000,
    accept: [429],
  })
})

test('each form of signal is known by its own key', () => {
  const { signals, gates } = expanded({
    signals: {
      lag: { scrape: 'http://api:8080/metrics', metric: 'lag_seconds', unit: 's' },
      up: { http: 'http://api:8080/health' },
      port: { tcp: 'api:8080' },
      mem: { stat: 'memory', service: 'api' },
      errors: { log: 'ERROR', service: 'api' },
    },
    abort: { lag: '> 10s', up: '< 1', mem: '>= 200MiB', errors: '> 5/s' },
  })
  expect(signals).toEqual([
    { name: 'lag', from: 'metrics', url: 'http://api:8080/metrics', metric: 'lag_seconds', labels: {}, everyMs: 500, unit: 's' },
    { name: 'up', from: 'http', url: 'http://api:8080/health', everyMs: 250, timeoutMs: 500, unit: 'up' },
    { name: 'port', from: 'tcp', host: 'api', port: 8080, everyMs: 250, timeoutMs: 500, unit: 'up' },
    { name: 'mem', from: 'stats', service: 'api', stat: 'memory', everyMs: 1000, unit: 'bytes' },
    { name: 'errors', from: 'logs', service: 'api', text: 'ERROR', everyMs: 500, unit: '/s' },
  ])
  expect(gates.map(({ name, breach, limit }) => [name, breach, limit])).toEqual([
    ['lag', 'above', 10],
    ['up', 'below', 1],
    ['mem', 'at-or-above', 200 * 1024 * 1024],
    ['errors', 'above', 5],
  ])
})

test('a signal is told what its nearest form lacks', () => {
  expect(problems({ signals: { lag: { scrap: 'http://api/metrics', metric: 'x' } } })).toEqual([
    expect.stringContaining('signals.lag.scrape: scrape is missing'),
    'signals.lag.scrap [key]: unknown key "scrap" (did you mean scrape?)',
  ])
  expect(problems({ signals: { mem: { service: 'a' } } })).toEqual([
    expect.stringContaining('stat is missing: expected one of cpu, memory, processes (add it)'),
  ])
  expect(problems({ signals: { p95: { tcp: 'a:1' } } })).toEqual([expect.stringContaining('p95 is a number of the load')])
  expect(problems({ signals: { errors: { log: 'a\nb', service: 'a' } } })).toEqual([expect.stringContaining('a text of one line')])
  expect(problems({ signals: { port: { tcp: 'a:99999' } } })).toEqual([expect.stringContaining('between 1 and 65535')])
})

test('a gate must watch something that is there', () => {
  expect(problems({ abort: { errorRato: '> 5%' } })).toEqual([expect.stringContaining('did you mean errorRatio?')])
  expect(problems({ load: undefined, signals: { up: { tcp: 'a:1' } }, abort: { p95: '> 1s' } })).toEqual([
    expect.stringContaining('there is no load'),
  ])
})

test('a gate that could never be OK is refused before anything runs', () => {
  expect(problems({ load: { get: 'http://a/', rate: '5/s' } })).toEqual([
    expect.stringContaining('has 5 requests, and the gate needs 20: it would always be UNKNOWN'),
  ])
  expect(problems({ abort: { errorRatio: { breach: '> 5%', need: 4 } } })).toEqual([expect.stringContaining('4 breached windows out of 3')])
  const slow = { mem: { stat: 'memory', service: 'a', every: '10s' } }
  expect(problems({ signals: slow, abort: { mem: '> 1GB' } })).toEqual([expect.stringContaining('never fresher than 3s')])
})

test('a ramp only widens, and fits into the limit', () => {
  expect(problems({ ramp: { steps: [5, 1] } })).toEqual([expect.stringContaining('ramp.steps.1: a ramp only widens')])
  expect(problems({ ramp: { steps: ['0%'] } })).toEqual([expect.stringContaining('"0%": write a number of targets')])
  expect(problems({ ramp: { hold: '2m' } })).toEqual([expect.stringContaining('longer than the limit of 2m')])
})

test('a stage lasts as long as its gates need to turn green: a limit that is shorter than all of them is refused, where it is written', () => {
  const two = { ramp: { steps: [1, 2], hold: '1s' }, limit: '2s' }
  expect(problems(two)).toEqual([
    expect.stringMatching(/^limit: 2 steps of 1200ms, since each waits for a green window.* longer than the limit of 2s/),
  ])
  expect(problems({ ...two, limit: '2400ms' })).toEqual([])
  expect(problems({ ...two, abort: { errorRatio: { breach: '> 5%', window: '3s' } }, limit: '6s' })).toEqual([expect.stringContaining('6s')])
  expect(problems({ ramp: { hold: '2m' } })).toEqual([expect.stringMatching(/^ramp: 2 steps of 2m last longer/)])
})

test('names that the file gives are made usable', () => {
  const named = (fileName: string) => {
    const read = expandCharter(FOUR_LINES, { ...context, fileName })
    return read.ok ? read.value.name : ''
  }
  expect(named('worker dies!.yml')).toBe('worker-dies-')
  expect(named('.yaml')).toBe('charter')
})

test('a renewal fits three times into a short lease', () => {
  expect(expanded({ lease: '600ms' }).lease).toEqual({ ms: 600, renewEveryMs: 200 })
})

test.each(FAULTS.map((fault) => [fault.kind, fault.example] as const))(
  'the example of %s expands, and printed in full it expands to the same',
  (kind, fault) => {
    const charter = expanded({ fault })
    expect(charter.fault).toEqual(faultOf(kind)?.schema(zod).parse(fault))
    const again = expandCharter(printCharter(charter), {
      ...context,
      fileName: 'other',
      owner: 'other',
      seed: 'other',
      stackFile: 'other',
      containment: 'process',
    })
    expect(again).toEqual({ ok: true, value: charter })
  },
)

test('a problem with one of something says it in the singular', () => {
  expect(problems({ load: { get: 'http://a/', rate: '1/s' } })).toEqual([
    expect.stringContaining('a window of 1s has 1 request, and the gate needs 20'),
  ])
  expect(problems({ ramp: { steps: [1], hold: '3m' } })).toEqual([expect.stringContaining('1 step of 3m last')])
  expect(problems({ ramp: { steps: [] } })).toEqual([expect.stringContaining('at least 1 item')])
})

test('an empty file is said to be empty, with a charter to begin with', () => {
  const read = expandCharter(null, context)
  expect(read).toMatchObject({ ok: false, problems: [{ path: [], message: 'the file is empty' }] })
  const hint = read.ok ? '' : (read.problems[0]?.hint ?? '')
  for (const line of ['hypothesis: ', 'load: { ', 'fault: { ', 'abort: { errorRatio: "> 5%" }']) expect(hint).toContain(line)
})

test('a field that every charter needs is shown as it is written', () => {
  expect(problems({ abort: undefined })).toEqual(['abort: abort is missing: expected a mapping (add abort: { errorRatio: "> 5%" })'])
  expect(problems({ hypothesis: undefined })[0]).toContain('(add hypothesis: ')
  expect(problems({ fault: undefined })[0]).toContain('(add fault: { kind: process.kill, target: ')
})

test('a grace for a signal that nobody can refuse is refused, with the signals it is for', () => {
  const kill = { kind: 'process.kill', target: 'worker', grace: '20s' }
  const refused = [
    'fault.grace: "20s": there is nothing to wait for, since no process can refuse SIGKILL (grace is for signals that a process may refuse: signal: SIGTERM)',
  ]
  expect(problems({ fault: kill })).toEqual(refused)
  expect(problems({ fault: { ...kill, signal: 'SIGKILL' } })).toEqual(refused)
  expect(problems({ fault: { ...kill, signal: 'SIGTERM' } })).toEqual([])
})
