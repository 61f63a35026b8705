import { spawnSync } from 'node:child_process'
import { beforeEach, describe, expect, test } from 'vitest'
import { bind } from './bind.ts'
import { dropOnLink } from './link-rules.ts'
import type { Facts, Look, Step } from './step.ts'

const NETWORK = ['--user', '--map-root-user', '--net']
/** Where Debian keeps nft, and a plain user does not look. */
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` }
const probe = spawnSync('unshare', [...NETWORK, 'nft', 'list', 'tables'], { timeout: 5000, env })
const FACTS: Facts = { mark: 'sc_run1_1', leaseMs: '400', address: '10.1.0.1', peerAddress: '10.1.0.2' }
const STRANGER =
  'add table inet stranger; add chain inet stranger c { type filter hook forward priority 0; policy accept; }; add rule inet stranger c counter'

/** One shell script in a network namespace of its own: `say` prints a ruleset's answer. */
function inNetwork(lines: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync('unshare', [...NETWORK, 'sh', '-ec', lines.join('\n')], { timeout: 10_000, encoding: 'utf8', env })
  if (status !== 0) throw new Error(`${status}: ${stderr}`)
  return stdout
}

const feed = (step: Step): string => {
  if (step.do !== 'exec') throw new TypeError(step.do)
  return `nft ${step.args.join(' ')} <<'END'\n${step.stdin}END`
}
const seen = (look: Look, output: string): boolean => look.look === 'exec' && new RegExp(look.pattern).test(output) === (look.expect === 'matches')

describe('rules on a link, given to the kernel', () => {
  beforeEach((context) => {
    if (probe.status !== 0)
      context.skip(
        `nft in a network namespace does not work here (${String(probe.error ?? probe.stderr).trim()}). Enable it with: bash scripts/install-system.sh`,
      )
  })

  const acts = bind(dropOnLink(''), FACTS)
  const inject = acts.inject.map(feed).join('\n')
  const undo = acts.undo.map(feed).join('\n')
  const renew = acts.renew!.map(feed).join('\n')
  const tables = 'nft list tables'
  const elements = 'nft -j list set inet sc_run1_1 links'

  test.each(['', 'numgen random mod 1000 < 300'])('the kernel takes them with %j, and they match both ways', (matching) => {
    const listed = inNetwork([bind(dropOnLink(matching), FACTS).inject.map(feed).join('\n'), 'nft list table inet sc_run1_1'])
    expect(listed).toContain('10.1.0.1 . 10.1.0.2')
    expect(listed).toContain('10.1.0.2 . 10.1.0.1')
    expect(listed).toContain('counter packets 0 bytes 0 drop')
    expect(seen(acts.landed[0]!, listed)).toBe(false)
    expect(seen(acts.landed[0]!, listed.replace('packets 0', 'packets 17'))).toBe(true)
  })

  test('without renewal the kernel forgets the pair after one lease, and the counting rule stays for the proof', () => {
    const [before = '', after = ''] = inNetwork([
      inject,
      elements,
      'echo ---',
      'sleep 0.6',
      elements,
      'nft list table inet sc_run1_1 >/dev/null',
    ]).split('---')
    expect(before).toContain('"elem"')
    expect(after).not.toContain('"elem"')
  })

  test('a renewal in time prolongs the life by a lease', () => {
    const after = inNetwork([inject, 'sleep 0.25', renew, 'sleep 0.25', elements])
    expect(after).toContain('"elem"')
  })

  test('a renewal that comes too late fails and brings nothing back', () => {
    const after = inNetwork([inject, 'sleep 0.6', `if ${renew.replace('\n', ' 2>/dev/null\n')}\nthen echo renewed; fi`, elements])
    expect(after).not.toContain('renewed')
    expect(after).not.toContain('"elem"')
  })

  test('the undo works after the inject, twice, and where nothing was ever injected', () => {
    const [first = '', second = ''] = inNetwork([undo, tables, 'echo ---', inject, undo, undo, tables]).split('---')
    for (const listed of [first, second]) expect(seen(acts.verify[0]!, listed)).toBe(true)
  })

  test('the look sees the table while it is there, and is not fooled by a longer name', () => {
    expect(seen(acts.verify[0]!, inNetwork([inject, tables]))).toBe(false)
    expect(seen(acts.verify[0]!, inNetwork(['nft add table inet sc_run1_12', tables]))).toBe(true)
  })

  test("somebody else's table is the same, byte for byte, afterwards", () => {
    const [before, after] = inNetwork([`nft '${STRANGER}'`, 'nft list ruleset', 'echo ---', inject, renew, undo, 'nft list ruleset']).split('---\n')
    expect(after).toBe(before)
    expect(before).toContain('stranger')
  })
})
