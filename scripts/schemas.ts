/** Writes the JSON Schemas that editors use into `schemas/`; with `--check` it compares instead, and fails if one is stale. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CharterSource, FAULTS, LabSource, zod } from '@safechaos/core'
import { z } from 'zod'

const FOLDER = join(import.meta.dirname, '../schemas')

const ROOTS = { charter: CharterSource, lab: LabSource } as const

/** One schema as text. The fault of a charter is one of the catalogue's. */
export function schemaText(name: keyof typeof ROOTS): string {
  const schema = z.toJSONSchema(ROOTS[name], {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema === CharterSource.shape.fault)
        Object.assign(jsonSchema, { oneOf: FAULTS.map(({ schema: fault, summary }) => ({ ...plain(fault(zod)), description: summary })) })
      if (zodSchema === CharterSource || zodSchema === LabSource) jsonSchema.title = `Safechaos ${name}`
    },
  })
  return `${JSON.stringify(schema, null, 2)}\n`
}

/** A schema to be put into another: without the mark of a whole document. */
function plain(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' })
  return rest
}

function main(check: boolean): number {
  mkdirSync(FOLDER, { recursive: true })
  let stale = 0
  for (const name of Object.keys(ROOTS) as (keyof typeof ROOTS)[]) {
    const path = join(FOLDER, `${name}.schema.json`)
    const text = schemaText(name)
    if (!check) writeFileSync(path, text)
    else if (readIfThere(path) !== text) {
      process.stderr.write(`schemas/${name}.schema.json is stale: run node scripts/schemas.ts\n`)
      stale++
    }
  }
  return stale === 0 ? 0 : 1
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

if (import.meta.main) process.exitCode = main(process.argv.includes('--check'))
