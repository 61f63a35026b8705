import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { launchSandbox } from '../../packages/containments/src/sandbox/sandbox.ts'
import { findTool } from '../../packages/containments/src/sandbox/tools.ts'
import { eventually } from '../support/outside.ts'
import { openRig, type Rig } from '../support/rig.ts'
import { service, stackOf } from '../support/stacks.ts'

const linesOf = (rig: Rig, id: string): string[] => rig.events.flatMap((event) => (event.event === 'log' && event.service === id ? [event.line] : []))
const SECRETS = ['.git/config', '.safechaos/runs/1/samples', '.env', 'approvals/alice.json', 'charters/c.yaml', 'runbooks/r.md']
/** Everything in the lab that can be read, and whether its secrets can be replaced. */
const LOOK =
  'echo "reads: $(cat $1/.git/config $1/.safechaos/runs/1/samples $1/.env $1/approvals/* $1/charters/* $1/runbooks/* $1/shared.txt 2>/dev/null)"; ' +
  'for one in $1/.env $1/.git/config; do echo evil >$one; done; rm -rf $1/.git $1/.env; mv $1/approvals $1/gone; echo looked; sleep 1000'

function fill(labDir: string): void {
  for (const path of SECRETS) {
    mkdirSync(join(labDir, path, '..'), { recursive: true })
    writeFileSync(join(labDir, path), 'swordfish')
  }
  writeFileSync(join(labDir, 'shared.txt'), 'shared')
}

describe.each(['bubblewrap', 'unshare'] as const)('secrets of the lab in a sandbox made by %s', (how) => {
  if (how === 'bubblewrap' && findTool('bwrap') === undefined) {
    test('with bubblewrap', (context) => context.skip('bubblewrap is not installed. Enable it with: bash scripts/install-system.sh'))
    return
  }

  test.each([['a folder of it', false] as const, ['the lab itself', true] as const])(
    'are hidden from services of a stack that is %s: credentials of git, variables, approvals, evidence of earlier runs (case 31)',
    async (_, whole) => {
      await using rig = await openRig({ launch: (request) => launchSandbox(request, [how]) })
      fill(rig.labDir)
      const worker = service('worker', { command: ['sh', '-c', LOOK, 'sh', rig.labDir] })
      await rig.enclosure.prepare(stackOf(worker), whole ? rig.labDir : rig.stackDir)
      await rig.enclosure.start()
      expect(await eventually(() => linesOf(rig, 'worker#1').includes('looked'), 6000)).toBe(true)
      expect(linesOf(rig, 'worker#1').find((line) => line.startsWith('reads:'))).toBe('reads: shared')
      await rig.enclosure.snapshot()
      await rig.enclosure.restore()
      expect(await eventually(() => linesOf(rig, 'worker#1').filter((line) => line === 'looked').length === 2, 6000)).toBe(true)
      expect(linesOf(rig, 'worker#1').filter((line) => line.startsWith('reads:'))).toEqual(['reads: shared', 'reads: shared'])
      for (const path of SECRETS) expect(readFileSync(join(rig.labDir, path), 'utf8')).toBe('swordfish')
    },
  )
})
