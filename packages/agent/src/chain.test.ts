import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Chain, readChain } from './chain.ts'

const body = (act: string) => ({ act: { act, stage: 1, target: 'worker#1', what: 'owed', detail: '' } }) as const

describe("the agent's chain", () => {
  let folder: string
  let file: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'safechaos-chain-'))
    file = join(folder, 'agent.jsonl')
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const write = async (...acts: string[]): Promise<void> => {
    const chain = new Chain(file, () => undefined)
    expect(await Promise.all(acts.map((act, at) => chain.append(body(act), at)))).toEqual(acts.map(() => true))
    await chain.close()
  }

  test('is gone on with by the next writer', async () => {
    await write('a', 'b')
    await write('c')
    const { links, broken, torn } = readChain(file)
    expect(links.map(({ seq }) => seq)).toEqual([0, 1, 2])
    expect({ broken, torn }).toEqual({ broken: undefined, torn: false })
  })

  test('cuts off a last line that was never acknowledged', async () => {
    await write('a')
    appendFileSync(file, '{"seq":1,"prev":"')
    expect(readChain(file)).toMatchObject({ torn: true, broken: undefined })
    await write('b')
    expect(readChain(file)).toMatchObject({ torn: false, broken: undefined })
    expect(readChain(file).links).toHaveLength(2)
  })

  test.each(['a', 'b', 'c'])('names the first wrong line after an edit of %s', async (act) => {
    await write('a', 'b', 'c')
    writeFileSync(file, readFileSync(file, 'utf8').replace(`"act":"${act}"`, '"act":"x"'))
    expect(readChain(file).broken).toBe('abc'.indexOf(act) + 1)
  })

  test('tells of a disk that refuses, and goes on', async () => {
    const heard: string[] = []
    const chain = new Chain(join(folder, 'nowhere', 'agent.jsonl'), ({ digest }) => heard.push(digest))
    expect(await chain.append(body('a'), 0)).toBe(false)
    expect(chain.failure).toContain('ENOENT')
    expect(heard).toHaveLength(1)
  })
})
