import { describe, expect, test } from 'vitest'
import { expandLab } from './expand-lab.ts'
import { DEFAULT_MATRIX, tierOf } from './lab.ts'

const read = (source: unknown) => expandLab(source, { folderName: 'payments' })
const problems = (source: unknown): string[] => {
  const result = read(source)
  return result.ok
    ? []
    : result.problems.map(({ path, at, message, hint }) => `${path.join('.')}${at === 'key' ? ' [key]' : ''}: ${message} (${hint ?? ''})`)
}

test('no file, an empty file and a name alone are the default lab: everything is allowed in dev, and nothing elsewhere', () => {
  const lab = { name: 'payments', environments: { dev: { level: 0 } }, roles: {}, services: {}, matrix: DEFAULT_MATRIX, reviewBy: undefined }
  expect(read(undefined)).toEqual({ ok: true, value: lab })
  expect(read(null)).toEqual({ ok: true, value: lab })
  expect(read({ name: 'other' })).toEqual({ ok: true, value: { ...lab, name: 'other' } })
})

test('cells have limits or a reason for no', () => {
  const result = read({
    environments: { dev: { level: 0 }, staging: { level: 1 } },
    roles: { sre: ['Ana <ana@example.org>'] },
    services: { ledger: { tier: 'critical' } },
    matrix: [
      { environment: 'dev' },
      {
        fault: 'process',
        environment: 'staging',
        maxTargets: 2,
        maxPercent: 25,
        maxDuration: '1m',
        approvals: { sre: 1 },
        needs: ['purpose', 'walls'],
      },
      { tier: 'critical', deny: 'not before the audit' },
    ],
    reviewBy: '2027-01-31',
  })
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  expect(result.value.matrix).toEqual([
    {
      fault: '*',
      environment: 'dev',
      tier: '*',
      decision: { allow: { maxTargets: undefined, maxPercent: undefined, maxDurationMs: undefined, approvals: {}, needs: [] } },
    },
    {
      fault: 'process',
      environment: 'staging',
      tier: '*',
      decision: { allow: { maxTargets: 2, maxPercent: 25, maxDurationMs: 60_000, approvals: { sre: 1 }, needs: ['purpose', 'walls'] } },
    },
    { fault: '*', environment: '*', tier: 'critical', decision: { deny: 'not before the audit' } },
  ])
  expect([tierOf(result.value, 'ledger'), tierOf(result.value, 'api'), tierOf(result.value, 'constructor')]).toEqual(['critical', 'normal', 'normal'])
})

test('a cell that names what does not exist is refused: its limit would silently be none', () => {
  expect(problems({ matrix: [{ fault: 'proces.kill' }] })).toEqual([
    'matrix.0.fault: there is no fault or group of faults called "proces.kill" (did you mean process.kill?)',
  ])
  expect(problems({ matrix: [{ environment: 'prod' }] })).toEqual([expect.stringContaining('no environment called "prod"')])
  expect(problems({ matrix: [{ approvals: { sre: 1 } }] })).toEqual([
    expect.stringContaining('matrix.0.approvals.sre [key]: there is no role called "sre"'),
  ])
  expect(problems({ matrix: [{ tier: 'hihg' }] })).toEqual([expect.stringContaining('did you mean high?')])
  expect(problems({ matrix: [{ deny: 'no', maxTargets: 1 }] })).toEqual([expect.stringContaining('not both')])
  expect(problems({ matrix: [{ maxTargts: 1 }] })).toEqual([expect.stringContaining('did you mean maxTargets?')])
})

describe('a matrix that gets laxer with a higher level is refused, at the cell that allows more', () => {
  const staged = (matrix: readonly object[]) =>
    problems({
      environments: { production: { level: 2 }, dev: { level: 0 }, staging: { level: 1 } },
      roles: { sre: ['Ana'], platform: ['Bob'] },
      matrix: [{ environment: 'dev' }, ...matrix],
    })

  test('by what it allows where the lower level denies', () => {
    expect(staged([{ environment: 'production' }])).toEqual([
      'matrix.1: production is laxer than staging for process.kill on tier low: it allows what staging denies (let it deny, or make it as strict as no cell, which is what staging has)',
    ])
    expect(
      staged([
        { environment: 'staging', deny: 'no' },
        { fault: 'process', environment: 'production', maxTargets: 1 },
      ]),
    ).toEqual([
      'matrix.2: production is laxer than staging for process.kill on tier low: it allows what staging denies (let it deny, or make it as strict as the cell {fault: *, environment: staging, tier: *})',
    ])
  })

  test('by each limit that is higher or missing, by fewer approvals, and by what it does not ask for', () => {
    const staging = {
      environment: 'staging',
      maxTargets: 2,
      maxPercent: 25,
      maxDuration: '1m',
      approvals: { platform: 2 },
      needs: ['schedule', 'purpose'],
    }
    expect(staged([staging, { environment: 'production', maxTargets: 3, maxDuration: '2m', approvals: { sre: 1 } }])).toEqual([
      expect.stringContaining(
        'maxTargets is 3 instead of 2, maxPercent is 100 instead of 25, maxDuration is 2m instead of 1m, it asks for 1 approval where staging asks for 2, it does not need schedule (',
      ),
    ])
    expect(staged([staging, { ...staging, environment: 'production', approvals: { sre: 2 }, needs: ['schedule'] }])).toEqual([])
  })

  test('only by a cell that decides: a more specific one below it does not hide a laxer one', () => {
    expect(
      staged([
        { environment: 'staging', maxTargets: 1 },
        { environment: 'production', maxTargets: 1 },
        { fault: 'network', environment: 'production', tier: 'critical' },
      ]),
    ).toEqual([
      expect.stringMatching(/^matrix\.3: production is laxer than staging for net\.partition on tier critical: maxTargets is not set instead of 1/),
    ])
  })

  test('environments of one level are not compared, and dev has the lowest', () => {
    expect(
      problems({
        environments: { dev: { level: 0 }, a: { level: 1 }, b: { level: 1 } },
        matrix: [{ environment: 'b', maxTargets: 1 }, { environment: 'dev' }],
      }),
    ).toEqual([])
    expect(problems({ environments: { dev: { level: 3 }, staging: { level: 1 } } })).toEqual([
      'environments.dev.level: dev is the laxest environment by rule, and staging has a lower level (give dev the lowest level)',
    ])
  })
})
