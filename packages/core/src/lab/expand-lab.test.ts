import { expect, test } from 'vitest'
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
