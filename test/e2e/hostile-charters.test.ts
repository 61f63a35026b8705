import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CALM_STACK, calmCharter } from '../support/calm-stack.ts'
import { type RealLab, realLab } from '../support/real-lab.ts'

let lab: RealLab
beforeAll(() => {
  lab = realLab(CALM_STACK)
}, 120_000)
afterAll(() => lab[Symbol.dispose]())

const laughs = [
  'a0: &a0 [x, x, x, x, x, x, x, x, x, x]',
  ...Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(9)}*a${i}]`),
].join('\n')

describe('a hostile charter is refused with its place before anything is started', () => {
  test.each([
    ['a bomb of aliases', laughs],
    ['10 MB', `${calmCharter()}# ${'y'.repeat(10 << 20)}`],
    ['brackets 10^4 deep', `${calmCharter()}purpose: ${'['.repeat(10_000)}`],
    ['a key that is there twice', `${calmCharter()}hypothesis: another one\n`],
    ['__proto__', `${calmCharter()}__proto__: { polluted: yes }\n`],
    ['a limit that is not a number', calmCharter({ abort: '{ there: { breach: "> .nan", window: 500ms } }' })],
    ['.nan for a number', calmCharter({ abort: '{ there: { breach: "> 5", window: 500ms, need: .nan } }' })],
    ['2^53 + 1', calmCharter({ abort: '{ there: { breach: "> 5", window: 500ms, need: 9007199254740993 } }' })],
    ['a text that runs backwards', calmCharter({ hypothesis: 'all is \u202emlac' })],
    ['a name with a gap of no width', calmCharter({ fault: '{ kind: process.pause, target: wor\u200bker }' })],
    ['a key that nobody knows', `${calmCharter()}lease_: 1s\n`],
  ])('%s', (_, text) => {
    const charter = lab.write('charters/hostile.yaml', text)
    const { status, stdout, stderr } = lab.cli('run', charter)
    expect(status).toBe(64)
    expect(stderr).toMatch(/charters\/hostile\.yaml:\d+:\d+: /)
    expect(`${stdout}${stderr}`).not.toMatch(/[\u200b\u202e]/)
    expect(stderr.length).toBeLessThan(20_000)
  })

  test('and nothing of any of them is left', () => {
    expect(lab.cli('status')).toMatchObject({ status: 0, stdout: expect.stringContaining('nothing runs now') as string })
  })
})
