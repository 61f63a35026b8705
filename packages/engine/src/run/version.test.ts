import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { VERSION } from './version.ts'

test('reports and ledgers name the version that is published', () => {
  const manifest = JSON.parse(readFileSync(new URL('../../../cli/package.json', import.meta.url), 'utf8')) as { version: string }
  expect(VERSION).toBe(manifest.version)
})
