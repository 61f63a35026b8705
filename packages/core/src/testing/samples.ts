import type { Charter } from '../charter/charter.ts'
import { expandCharter } from '../charter/expand-charter.ts'
import { DEFAULT_MATRIX, type Lab } from '../lab/lab.ts'
import { buildPlan } from '../plan/build-plan.ts'
import type { Plan } from '../plan/plan.ts'
import type { Service, Stack } from '../stack/stack.ts'

/** The four-line charter, with what a test adds to it. Throws if it is not a charter. */
export function sampleCharter(more: object = {}): Charter {
  const source = {
    hypothesis: 'paying works while a worker dies',
    load: { get: 'http://api:8080/pay', rate: '50/s' },
    fault: { kind: 'process.kill', target: 'worker' },
    abort: { errorRatio: '> 5%' },
    ...more,
  }
  const read = expandCharter(source, { fileName: 'sample.yaml', stackFile: 'stack.yaml', containment: 'sandbox', owner: 'Ada', seed: 'seed' })
  if (!read.ok) throw new TypeError(JSON.stringify(read.problems))
  return read.value
}

/** A lab that has no `lab.yaml`. */
export const sampleLab: Lab = {
  name: 'lab',
  environments: { dev: { level: 0 } },
  roles: {},
  matrix: DEFAULT_MATRIX,
  services: {},
  reviewBy: undefined,
}

export const sampleService = (name: string, replicas: number, networks: readonly string[] = ['default']): Service => ({
  name,
  replicas,
  command: ['true'],
  cwd: '.',
  environment: {},
  dependsOn: [],
  health: undefined,
  restart: 'always',
  networks,
  volumes: [],
  ports: [],
})

export const sampleStack = (workers = 4): Stack => ({
  name: 'sample',
  services: [sampleService('api', 1), sampleService('worker', workers), sampleService('island', 1, ['apart'])],
  networks: ['default', 'apart'],
})

export const planOf = (charter: Charter, stack: Stack) =>
  buildPlan({ charter, charterFile: { file: 'sample.yaml', digest: 'c', expansion: 'e' }, stack, stackFile: { file: 'stack.yaml', digest: 's' } })

/** Throws if the charter has no plan. */
export function samplePlan(more: object = {}, stack: Stack = sampleStack()): Plan {
  const built = planOf(sampleCharter(more), stack)
  if (!built.ok) throw new TypeError(JSON.stringify(built.problems))
  return built.plan
}
