import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fakePlan, fakeStack } from '../../../test/support/fake-run.ts'
import { openOn } from '../../../test/support/open-on.ts'
import { readChain } from './chain.ts'
import { type AgentLink, startAgent } from './link.ts'
import { listLocks } from './lock-file.ts'
import { listOwed } from './owed.ts'
import { type EndedFile, readEndedFile, runFolder } from './run-folder.ts'
import { abortRun, listRuns } from './runs.ts'

const program = [fileURLToPath(new URL('../../../test/support/fake-agent.ts', import.meta.url))]
const planned = fakePlan({ fault: { kind: 'process.pause', target: 'worker' }, targets: ['worker#1', 'worker#2', 'worker#3'] })

describe('an agent as a process', () => {
  let stateDir: string
  let emptyDir: string
  let links: AgentLink[]
  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), 'safechaos-agent-'))
    emptyDir = mkdtempSync(join(tmpdir(), 'safechaos-stack-'))
    links = []
  })
  afterEach(async () => {
    for (const link of links) await link.end(5000)
    for (const folder of [stateDir, emptyDir]) rmSync(folder, { recursive: true, force: true })
  })

  const start = (run: string, environment: Record<string, string> = {}): AgentLink => {
    const link = startAgent({ run, labDir: emptyDir, containment: 'process', stateDir, detached: false }, { program, environment })
    links.push(link)
    return link
  }
  const open = (link: AgentLink) => openOn(link, { planned, stack: fakeStack, stackDir: emptyDir })
  const ended = async (run: string): Promise<EndedFile | undefined> => {
    const file = runFolder(stateDir, run).ended
    for (let looks = 0; looks < 400 && !existsSync(file); looks += 1) await sleep(20)
    return readEndedFile(stateDir, run)
  }

  test('opens, injects stage after stage, reverts, closes, and owes nothing afterwards', async () => {
    const link = start('whole')
    await link.ready
    const opened = await open(link)
    expect(opened.epoch).toBe(1)
    expect(listRuns(stateDir).map(({ run }) => run)).toEqual(['whole'])
    const lines = (await link.ask({ ask: 'preflight' })).lines
    expect(lines.filter(({ ok }) => !ok)).toEqual([])
    expect((await link.ask({ ask: 'inject', stage: 1 })).acts.map(({ what, target }) => `${what} ${target}`)).toEqual(['injected worker#1'])
    await sleep(50)
    await link.ask({ ask: 'renew', newest: Date.now() })
    expect((await link.ask({ ask: 'inject', stage: 2 })).acts).toHaveLength(2)
    expect(listOwed(stateDir)).toHaveLength(4)
    await link.ask({ ask: 'renew', newest: Date.now() })
    expect(await link.ask({ ask: 'revert', cause: 'completed' })).toMatchObject({ cause: 'completed', acts: 3, stuck: [] })
    expect(listOwed(stateDir)).toHaveLength(1)
    expect((await link.ask({ ask: 'close' })).residue.found).toEqual([])
    expect(await link.end()).toBe(true)
    expect(listOwed(stateDir)).toEqual([])
    expect(listLocks(stateDir)).toEqual([])
    expect(await ended('whole')).toMatchObject({ cause: 'completed', by: 'agent' })
    expect(readChain(runFolder(stateDir, 'whole').chain)).toMatchObject({ torn: false, broken: undefined })
  }, 20_000)

  test('a refusal comes with what to do about it', async () => {
    symlinkSync('/', join(emptyDir, 'out'))
    const problem = { code: 'SC_STACK', hint: 'copy what it leads to into the lab, or remove the link' }
    await expect(open(start('refused'))).rejects.toMatchObject({ code: 'SC_STACK', problems: [problem] })
  })

  test('takes everything back when the controller is gone', async () => {
    const link = start('eof')
    await open(link)
    await link.ask({ ask: 'inject', stage: 1 })
    expect(await link.end(10_000)).toBe(true)
    expect(await ended('eof')).toMatchObject({ cause: 'controller-lost', by: 'agent', stuck: [] })
    expect(listOwed(stateDir)).toEqual([])
  }, 20_000)

  test('takes everything back when the abort file is written, and says so', async () => {
    const link = start('abort')
    await open(link)
    await link.ask({ ask: 'inject', stage: 1 })
    const words: string[] = []
    const told = new Promise((done) =>
      link.onWord((word) => {
        if (word.word === 'ending') words.push(word.cause)
        if (word.word === 'reverted') done(word.result)
      }),
    )
    abortRun(stateDir, 'abort')
    expect(await told).toMatchObject({ cause: 'operator', acts: 1, stuck: [] })
    expect(words, 'said before').toEqual(['operator'])
    await expect(link.ask({ ask: 'inject', stage: 2 })).rejects.toMatchObject({ code: 'SC_ENDED' })
  }, 20_000)

  test('is put in order by its reaper when it is killed', async () => {
    const link = start('killed')
    await open(link)
    await link.ask({ ask: 'inject', stage: 1 })
    const gone = new Promise((done) => link.onGone(done))
    process.kill(link.pid, 'SIGKILL')
    await gone
    expect(await ended('killed')).toMatchObject({ cause: 'agent-lost', by: 'recovery', stuck: [] })
    expect(listOwed(stateDir)).toEqual([])
    const chain = readChain(runFolder(stateDir, 'killed').chain)
    expect(chain.broken).toBeUndefined()
    expect(chain.links.at(-1)?.body).toMatchObject({ act: { what: 'verified' } })
  }, 20_000)
})
