import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { namesIn } from './own-files.ts'

test('a folder that is not there has no names, and one that cannot be read is the state folder at fault, not a mistake of ours', () => {
  const folder = mkdtempSync(join(tmpdir(), 'safechaos-own-'))
  const locks = join(folder, 'locks')
  expect(namesIn(locks)).toEqual([])
  writeFileSync(locks, '')
  expect(() => namesIn(locks)).toThrow(
    expect.objectContaining({ code: 'SC_STATE', message: expect.stringContaining(`${locks} cannot be read: ENOTDIR`) as string }),
  )
  rmSync(folder, { recursive: true })
})
