import { FAULTS, type FaultSpec, faultOf } from '../faults/catalogue.ts'
import { zod } from '../zod.ts'
import { problemAt, type Read } from './path-problem.ts'
import { readAs } from './read-as.ts'
import { shown } from './shown.ts'
import { unknownName } from './unknown-name.ts'

/** Reads the fault of a charter by the schema that the catalogue has for its kind; paths start at the fault. */
export function readFault(source: unknown): Read<FaultSpec> {
  const kind: unknown =
    source !== null && typeof source === 'object' && Object.hasOwn(source, 'kind') ? (source as { kind: unknown }).kind : undefined
  const kinds = FAULTS.map((fault) => fault.kind)
  if (kind === undefined) return { ok: false, problems: [problemAt(['kind'], 'kind is missing: what is broken', `one of ${kinds.join(', ')}`)] }
  const definition = typeof kind === 'string' ? faultOf(kind) : undefined
  if (definition) return readAs(definition.schema(zod), source)
  return { ok: false, problems: unknownName(['kind'], typeof kind === 'string' ? kind : shown(kind), kinds, 'fault') }
}
