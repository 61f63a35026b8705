import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { launchSandbox } from '../../packages/containments/src/sandbox/sandbox.ts'
import { findTool } from '../../packages/containments/src/sandbox/tools.ts'
import { eventually } from '../support/outside.ts'
import { openRig, type Rig } from '../support/rig.ts'
import { service, stackOf } from '../support/stacks.ts'

const linesOf = (rig: Rig, id: string): string[] => rig.events.flatMap((event) => (event.event === 'log' && event.service === id ? [event.line] : []))

describe.each(['bubblewrap', 'unshare'] as const)('volumes in a sandbox made by %s', (how) => {
  if (how === 'bubblewrap' && findTool('bwrap') === undefined) {
    test('with bubblewrap', (context) => context.skip('bubblewrap is not installed. Enable it with: bash scripts/install-system.sh'))
    return
  }
  const open = (): Promise<Rig> => openRig({ launch: (request) => launchSandbox(request, [how]) })

  test('cover nothing that a program with privileges is started from, whatever the stack was read by (case 31)', async () => {
    for (const place of [
      '/usr/bin',
      '/usr',
      '/usr/lib/x86_64-linux-gnu',
      '/bin',
      '/etc/ld.so.cache',
      '/proc/sys',
      '/',
      'LAB',
      'STACK',
      '/usr/../usr/bin',
    ]) {
      await using rig = await open()
      const target = { LAB: rig.labDir, STACK: rig.stackDir }[place] ?? place
      const stack = stackOf(service('worker', { volumes: [{ source: 'data', target, readOnly: true }] }))
      await expect(rig.start(stack), target).rejects.toMatchObject({ code: 'SC_STACK', message: expect.stringContaining('belongs to the enclosure') })
    }
  })

  test.each(['/', '/run', '../../../../../usr'])(
    'cannot be replaced by a link to %s, which the next start would follow with privileges (case 31)',
    async (place) => {
      await using rig = await open()
      // Each way that could put a link where a mount will be made: of the folder, of one above it, by another service, by exchange.
      const volumes = [
        { source: 'data', target: '/data', readOnly: false },
        { source: 'deep/bin', target: '/deep', readOnly: false },
      ]
      const tries = [
        'rm -r data',
        'mv data gone',
        'mv deep gone',
        'mv deep/bin gone',
        'rm -r deep',
        `ln -sfn ${place} data`,
        `ln -s ${place} x; mv -T x deep`,
      ]
      const links = `ln -s ${place} data; ln -s ${place} deep; ln -s ${place} deep/bin`
      const script = `${tries.join('; ')}; ${links}; echo "is: $(stat -c %F data deep deep/bin | tr '\\n' ' ')"; ls / /data /deep; [ -e again ] || { touch again; sleep 0.3; exit 1; }; echo twice; sleep 1000`
      await rig.start(
        stackOf(
          service('worker', { command: ['sh', '-c', script], volumes, restart: 'always' }),
          service('other', { command: ['sh', '-c', script] }),
        ),
      )
      expect(await eventually(() => linesOf(rig, 'worker#1').includes('twice'), 8000)).toBe(true)
      const seen = [...linesOf(rig, 'worker#1'), ...linesOf(rig, 'other#1')].filter((line) => line.startsWith('is:'))
      expect(new Set(seen)).toEqual(new Set(['is: directory directory directory ']))
      expect(linesOf(rig, 'worker#1')).not.toContain('netns')
    },
  )

  test('are refused where a link leads out of the stack (case 31)', async () => {
    await using rig = await open()
    symlinkSync('/run', join(rig.stackDir, 'data'))
    const stack = stackOf(service('worker', { volumes: [{ source: 'data/netns', target: '/data', readOnly: false }] }))
    await expect(rig.start(stack)).rejects.toMatchObject({
      code: 'SC_CONTAINMENT',
      message: expect.stringContaining("leads out of the stack's folder"),
    })
  })
})
