import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { prepare } from '@safechaos/engine'
import pc from 'picocolors'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { callIn } from '../../../../test/support/call-in.ts'
import { COMMANDS } from '../command-table.ts'
import type { Examination } from '../doctor/examine.ts'
import { bashScript, fishScript, zshScript } from '../output/completion-scripts.ts'
import { decisionText, planText } from '../output/plan-text.ts'
import { clipped, tableText, visibleLength, wrapped } from '../output/table.ts'
import { examinationText } from './doctor.ts'

const plain = pc.createColors(false)
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'safechaos-commands-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const call = (words: readonly string[], cwd = folder) => callIn(folder, words, cwd)

describe('init', () => {
  test('writes a lab that can be planned and is allowed, with a lab.yaml of at most 25 lines', async () => {
    const { exit, out } = await call(['init', 'my-lab', '--json'])
    expect(exit).toBe(0)
    const { files, next } = JSON.parse(out) as { files: string[]; next: string }
    for (const file of files) expect(existsSync(join(folder, 'my-lab', file))).toBe(true)
    expect(next).toBe('safechaos run my-lab/charters/web-kill.yaml')
    expect(readFileSync(join(folder, 'my-lab/lab.yaml'), 'utf8').split('\n').length).toBeLessThanOrEqual(25)
    const { planned, decision } = await prepare({ charter: join(folder, 'my-lab/charters/web-kill.yaml') })
    expect(planned.plan.targets.map(({ id }) => id)).toEqual(['web#1', 'web#2'])
    expect(decision.effect).toBe('allow')
  })
  test('refuses to overwrite, names every file that is there, and then writes nothing', async () => {
    mkdirSync(join(folder, 'charters'))
    writeFileSync(join(folder, 'lab.yaml'), 'name: mine\n')
    writeFileSync(join(folder, 'charters/web-kill.yaml'), '')
    const { exit, err } = await call(['init', '--yes'])
    expect(exit).toBe(64)
    expect(err).toContain(`since ${folder} has lab.yaml, charters/web-kill.yaml already`)
    expect(readFileSync(join(folder, 'lab.yaml'), 'utf8')).toBe('name: mine\n')
    expect(existsSync(join(folder, 'stacks'))).toBe(false)
  })
  test('below /proc ends with an error', () => {
    const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, '../main.ts'), 'init', '/proc/x'], {
      encoding: 'utf8',
      timeout: 10_000,
      killSignal: 'SIGKILL',
    })
    expect({ status, stderr }).toEqual({
      status: 64,
      stderr: expect.stringMatching(/^\/proc\/x\/lab\.yaml cannot be written: ENOENT.+\n {2}choose a folder that you may write\n$/) as string,
    })
  })
  test('a second time says each thing once', async () => {
    await call(['init'])
    const { exit, err } = await call(['init'])
    expect(exit).toBe(64)
    expect(err.trim().split('\n')).toHaveLength(2)
    for (const part of ['nothing was written', 'lab.yaml', 'safechaos run', 'safechaos init FOLDER']) expect(err.split(part)).toHaveLength(2)
  })
})

describe('check, plan and policy explain', () => {
  beforeEach(async () => {
    await call(['init'])
  })
  test('check says what the charter means, and its expansion reads back as the same charter', async () => {
    const { exit, out: said } = await call(['check'])
    expect(exit).toBe(0)
    expect(said).toContain('web-kill is valid: 2 targets, 1 gate')
    expect(said).toContain('policy allows this: the cell {fault: *, environment: dev, tier: *} allows')
    expect(said).toContain('Next: safechaos plan, safechaos run')
    const { out } = await call(['check', '--expand'])
    const { planned } = await prepare({ charter: join(folder, 'charters/web-kill.yaml') })
    writeFileSync(join(folder, 'charters/web-kill.yaml'), out)
    const again = await prepare({ charter: join(folder, 'charters/web-kill.yaml') })
    expect(again.expansionDigest).toBe(planned.plan.charter.expansion)
  })
  test('plan shows targets, instants, exact steps, the worst case and the rings', async () => {
    const { exit, out } = await call(['plan', '--containment', 'sandbox'])
    expect(exit).toBe(0)
    for (const part of [
      'web#1, web#2',
      'stage 1: up to 1 of 2 targets',
      'SIGKILL',
      'restore',
      'until verified gone: detect',
      'ring 0',
      'ring 1',
      'policy allows this',
    ])
      expect(out).toContain(part)
    expect(out).toMatch(/seed [0-9a-f]{16}$/m)
  })
  test('the instants of a plan count the wait for green after each inject, however short the hold is', async () => {
    const { planned } = await prepare({ charter: join(folder, 'charters/web-kill.yaml') })
    const stages = [1, 2].map((number) => ({ number, targets: number, holdMs: 0, acts: [] }))
    const text = planText({ ...planned, plan: { ...planned.plan, baselineMs: 1000, stages } }, plain)
    expect(text).toMatch(/\+1 s +stage 1: .*held 0 ms and until every gate is green/)
    expect(text).toMatch(/\+2\.2 s +stage 2: /)
    expect(text).toMatch(/\+3\.4 s +everything is put back/)
    expect(planText(planned, plain)).not.toContain('until every gate is green')
  })
  test('a bound that cannot be kept is named at the line that sets it', async () => {
    const path = join(folder, 'charters/web-kill.yaml')
    const text = readFileSync(path, 'utf8')
      .replace(/^maxAbort:.*\n/m, '')
      .trimEnd()
    writeFileSync(path, `${text}\nmaxAbort: 1s\n`)
    const line = text.split('\n').length + 1
    expect(await call(['check'])).toMatchObject({
      exit: 64,
      err: expect.stringContaining(`charters/web-kill.yaml:${line}:11: an abort may take`) as string,
    })
  })
  test('plan in JSON is the digested plan and the decision; run --dry-run shows the same', async () => {
    const plan = await call(['plan', '--json'])
    expect(JSON.parse(plan.out)).toMatchObject({
      digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      plan: { version: 1 },
      decision: { effect: 'allow' },
    })
    expect((await call(['run', '--dry-run', '--json'])).out).toBe(plan.out)
  })
  test('a denial ends with 4, says why, and the smallest change that would pass', async () => {
    writeFileSync(
      join(folder, 'lab.yaml'),
      "name: x\nenvironments: { dev: { level: 0 } }\nmatrix: [{ fault: '*', environment: dev, maxTargets: 1 }]\n",
    )
    for (const words of [['check'], ['plan'], ['policy', 'explain']]) {
      const { exit, out } = await call(words)
      expect(exit).toBe(4)
      expect(out).toMatch(/policy denies this: .+\nsmallest change that would pass: .+/)
    }
  })
  test('check tells valid from allowed, in words, in JSON and beside the expansion', async () => {
    writeFileSync(join(folder, 'lab.yaml'), "name: x\nmatrix: [{ deny: 'quarter end' }]\n")
    const { exit, out } = await call(['check'])
    expect(exit).toBe(4)
    expect(out).toContain('✓ web-kill is valid')
    expect(out).toContain('policy denies this: the cell {fault: *, environment: *, tier: *} denies: quarter end')
    expect(out).not.toContain('safechaos run')
    expect(JSON.parse((await call(['check', '--json'])).out)).toMatchObject({ valid: true, allowed: false, decision: { effect: 'deny' } })
    const expanded = await call(['check', '--expand'])
    expect(expanded.exit).toBe(4)
    expect(expanded.out).toMatch(/^# policy denies this: .+\n# smallest change that would pass: .+\n(?!#)/)
    writeFileSync(join(folder, 'charters/web-kill.yaml'), expanded.out)
    expect((await call(['check'])).out).toContain('✓ web-kill is valid')
  })
  test('a charter with several mistakes names each with its place, in JSON too', async () => {
    writeFileSync(
      join(folder, 'charters/web-kill.yaml'),
      'hypothesis: x\nfault: { kind: process.kill, target: web, singal: SIGTERM }\nabort: { errorRatio: "> 5 %%" }\nrapm: {}\n',
    )
    const { exit, out, err } = await call(['check', '--json'])
    const { problems } = (JSON.parse(out) as { error: { problems: { where?: { line: number }; hint: string }[] } }).error
    expect({ exit, err }).toEqual({ exit: 64, err: '' })
    expect(problems.length).toBeGreaterThanOrEqual(2)
    for (const { where, hint } of problems) {
      expect(where?.line).toBeGreaterThan(0)
      expect(hint).not.toBe('')
    }
  })
  test('a containment that does not exist is wrong usage', async () => {
    expect(await call(['plan', '--containment', 'docker'])).toMatchObject({
      exit: 64,
      err: expect.stringContaining('there is no containment "docker"') as string,
    })
  })
  test('many targets are counted, not all shown', async () => {
    const { planned, decision } = await prepare({ charter: join(folder, 'charters/web-kill.yaml') })
    const targets = Array.from({ length: 100 }, (_, index) => ({ id: `web#${index + 1}`, members: [`web#${index + 1}`] }))
    expect(planText({ ...planned, plan: { ...planned.plan, targets } }, plain)).toContain('web#12 and 88 more')
    expect(decisionText({ ...decision, effect: 'deny', why: ['because'], smallestChange: 'less' }, plain)).toBe(
      'policy denies this: because\nsmallest change that would pass: less',
    )
  })
})

describe('what doctor says', () => {
  const examination = (works: boolean): Examination => ({
    containments: [
      {
        name: 'sandbox',
        works,
        how: 'bubblewrap',
        detail: works ? '' : 'no user namespaces',
        advice: works ? undefined : 'sysctl kernel.unprivileged_userns_clone=1',
        ms: 120,
        weaker: [],
        offers: ['signals', 'nft'],
        onlyIn: undefined,
        needs: [
          { need: 'signals', works, detail: '' },
          { need: 'nft', works, detail: '' },
        ],
      },
      {
        name: 'process',
        works: true,
        how: 'plain processes',
        detail: '',
        advice: undefined,
        ms: 80,
        weaker: ['no walls'],
        offers: ['signals'],
        onlyIn: ['dev'],
        needs: [
          { need: 'signals', works: true, detail: '' },
          { need: 'nft', works: false, detail: 'never' },
        ],
      },
    ],
    faults: [{ kind: 'net.loss', worksIn: works ? ['sandbox'] : [], lacks: works ? [] : ['nft'] }],
    house: [{ what: 'Git identity', works: false, needed: false, detail: 'none', advice: 'git config' }],
  })
  test('fits one screen and says what to do about each thing that does not work', () => {
    const text = examinationText(examination(false), plain)
    expect(text.split('\n').length).toBeLessThan(24)
    expect(text).toContain('✗ sandbox   bubblewrap: no user namespaces')
    expect(text).toContain('to mend it: sysctl kernel.unprivileged_userns_clone=1')
    expect(text).toMatch(/✗ net\.loss +needs nft/)
    expect(text).toContain('! Git identity')
  })
  test('what a containment does not offer is no failure', () => {
    const text = examinationText(examination(true), plain)
    expect(text).toContain('✓ signals  – nft')
    expect(text).not.toContain('never')
    expect(text).toMatch(/✓ net\.loss +sandbox/)
  })
})

describe('shell completion', () => {
  test.each([
    ['bash', bashScript],
    ['zsh', zshScript],
    ['fish', fishScript],
  ] as const)('%s knows every command and option', (_, script) => {
    const text = script(COMMANDS)
    for (const { name, options } of COMMANDS) {
      expect(text).toContain(name.split(' ')[0])
      for (const { flags } of options) expect(text).toContain(/--([a-z-]+)/.exec(flags)?.[1])
    }
  })
})

describe('columns', () => {
  test('count what is seen, not the colours', () => {
    const colored = pc.createColors(true)
    expect(visibleLength(colored.red('abc'))).toBe(3)
    expect(
      tableText([
        [colored.red('a'), 'b'],
        ['ccc', 'd'],
      ])
        .split('\n')
        .map(visibleLength),
    ).toEqual([6, 6])
    expect(visibleLength(clipped(colored.red('abcdef'), 4))).toBe(4)
    expect(clipped(colored.red('abcdef'), 4)).toBe('\u001b[31mabc…\u001b[39m')
    expect(visibleLength('日本 é e\u0301')).toBe(8)
    expect(visibleLength(clipped('日本日本', 4))).toBeLessThanOrEqual(4)
    expect(wrapped('one two three', 7)).toEqual(['one two', 'three'])
  })
})
