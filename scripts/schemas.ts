/** Writes the JSON Schemas that editors use into `schemas/`; with `--check` it compares instead, and fails if one is stale. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EDITED_FILES, jsonSchemaText } from '@safechaos/core'

const FOLDER = join(import.meta.dirname, '../schemas')

function main(check: boolean): number {
  mkdirSync(FOLDER, { recursive: true })
  let stale = 0
  for (const name of EDITED_FILES) {
    const path = join(FOLDER, `${name}.schema.json`)
    const text = jsonSchemaText(name)
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
