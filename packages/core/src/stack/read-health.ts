import { shown } from '../charter/shown.ts'
import { parseComposeDuration } from './compose-duration.ts'
import { type Findings, isMapping, type Mapping, type Path } from './findings.ts'
import type { HealthCheck, Service } from './stack.ts'

const KEYS = ['test', 'interval', 'timeout', 'retries', 'start_period', 'disable']

/** A health check with the defaults of Compose; undefined if there is none. A text is run by `sh -c`, as in Compose. */
export function readHealth(value: unknown, path: Path, findings: Findings): HealthCheck | undefined {
  if (value === undefined) return undefined
  const check = findings.mapping(value, path)
  if (check === undefined) return undefined
  findings.onlyKeys(check, path, KEYS)
  if (check.disable === true) return undefined
  const test = readTest(check.test, [...path, 'test'], findings)
  if (test === undefined) return undefined
  const time = (key: string, otherwise: number, min: number) => readTime(check, key, otherwise, min, path, findings)
  return {
    test,
    intervalMs: time('interval', 30_000, 10),
    timeoutMs: time('timeout', 30_000, 10),
    retries: check.retries === undefined ? 3 : (findings.integer(check.retries, [...path, 'retries'], 1, 1000) ?? 3),
    startPeriodMs: time('start_period', 0, 0),
  }
}

function readTest(test: unknown, path: Path, findings: Findings): readonly string[] | undefined {
  if (typeof test === 'string' && test !== '') return ['sh', '-c', test]
  const hint = 'write [CMD, program, argument, …], or a text for sh -c'
  if (!Array.isArray(test)) return findings.refuse(path, `${shown(test)}: expected how to look whether it is healthy`, hint)
  const [form, ...words] = test.map((word, index) => findings.text(word, [...path, index]) ?? '')
  if (form === 'NONE' && words.length === 0) return undefined
  if (form === 'CMD' && words.length > 0) return words
  if (form === 'CMD-SHELL' && words.length === 1) return ['sh', '-c', words[0] ?? '']
  return findings.refuse(path, `a check starts with CMD or CMD-SHELL and a command, not with ${shown(form)}`, hint)
}

function readTime(check: Mapping, key: string, otherwise: number, min: number, path: Path, findings: Findings): number {
  const value = check[key]
  if (value === undefined) return otherwise
  const ms = typeof value === 'string' ? parseComposeDuration(value) : undefined
  if (ms !== undefined && ms >= min && ms <= 3_600_000) return ms
  findings.refuse([...path, key], `${shown(value)} is not a duration from ${min} ms to 1 h`, 'write for example 500ms or 1m30s')
  return otherwise
}

type Dependency = Service['dependsOn'][number]

/** What a service waits for before it starts. */
export function readDependsOn(value: unknown, path: Path, findings: Findings): Dependency[] {
  if (value === undefined) return []
  if (Array.isArray(value)) return value.flatMap((item, index) => namedDependency(findings.text(item, [...path, index])))
  const mapping = findings.mapping(value, path)
  return Object.entries(mapping ?? {}).flatMap(([service, how]): Dependency[] => {
    const at = [...path, service]
    if (!isMapping(how)) return findings.refuse(at, `${shown(how)}: expected { condition: service_started } or service_healthy`) ?? []
    findings.onlyKeys(how, at, ['condition'])
    if (how.condition === 'service_healthy') return [{ service, until: 'healthy' }]
    if (how.condition === 'service_started') return [{ service, until: 'started' }]
    return findings.refuse([...at, 'condition'], `${shown(how.condition)}: only service_started and service_healthy are possible`) ?? []
  })
}

const namedDependency = (service: string | undefined): Dependency[] => (service === undefined ? [] : [{ service, until: 'started' }])
