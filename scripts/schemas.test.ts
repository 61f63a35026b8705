import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FAULTS, jsonSchemaText } from '@safechaos/core'
import { expect, test } from 'vitest'

test.each(['charter', 'lab'] as const)('the published schema of a %s is the one of the code', (name) => {
  expect(jsonSchemaText(name)).toBe(readFileSync(join(import.meta.dirname, `../schemas/${name}.schema.json`), 'utf8'))
})

test('the schema of a charter knows every fault of the catalogue', () => {
  for (const { kind } of FAULTS) expect(jsonSchemaText('charter')).toContain(`"const": "${kind}"`)
})
