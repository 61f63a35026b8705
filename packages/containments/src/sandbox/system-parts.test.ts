import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { homedir, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isWithin, programFolders, refuseBelow, refuseWide, systemParts } from './system-parts.ts'

test('of the host no folder with secrets is shown', () => {
  const { folders, etcFolders, etcFiles } = systemParts()
  const shown = [...folders, ...etcFolders, ...etcFiles]
  for (const secret of ['/etc/shadow', '/etc/ssh/key', '/root/x', '/home/x', '/var/x', '/sys/x', '/proc/1', '/run/x', '/etc/ssl/private/x']) {
    expect(shown.filter((path) => isWithin(secret, path))).toEqual([])
  }
})

test.each(['/', '/usr', '/etc', '/home', '/root', '/proc/1', '/etc/safechaos', '/usr/src/lab', 'relative'])(
  'a lab at %s is refused, since showing it would show the machine',
  (path) => {
    expect(() => refuseWide(path)).toThrow(expect.objectContaining({ code: 'SC_PLACE' }))
  },
)

test.each([
  ...['/home/alice', '/home/alice/', '//root', '/root/', '/root/.', '/home/../root', '/home/alice/lab/..', homedir(), userInfo().homedir],
  ...[
    '/home/alice/.ssh',
    '/root/.gnupg/lab',
    '/srv/x/.aws',
    '/home/alice/.config/gh',
    '/home/alice/.config',
    '/var/lib',
    '/var/log/',
    '/var/spool',
    '/opt',
    '/srv',
    '/mnt',
  ],
])('a lab at %s is refused, since it would show the secrets of a person or of the machine', (path) => {
  expect(() => refuseWide(path)).toThrow(expect.objectContaining({ code: 'SC_PLACE' }))
})

test('a lab is judged by where it is, not by the link that leads there', () => {
  const folder = mkdtempSync(join(tmpdir(), 'safechaos-link-'))
  symlinkSync('/etc', join(folder, 'lab'))
  expect(() => refuseWide(join(folder, 'lab'))).toThrow(expect.objectContaining({ code: 'SC_PLACE' }))
  rmSync(folder, { recursive: true })
})

test.each([
  '/home/ada/lab',
  '/root/lab',
  '/tmp/lab',
  '/srv/lab',
  '/opt/lab',
  '/var/lib/safechaos/runs/1/work',
  '/home/ada/.local/state/safechaos',
  '/home/ada/.config/nvm/versions/node/bin',
])('a lab at %s is fine', (path) => {
  expect(() => refuseWide(path)).not.toThrow()
})

test('a lab in a folder of programs is refused, since it would be shown whole', () => {
  expect(() => refuseBelow('/opt/tool/lab', ['/opt/other', '/opt/tool'])).toThrow(/lies in \/opt\/tool/)
  expect(() => refuseBelow('/opt/tools', ['/opt/tool', '/opt/tools/node/bin'])).not.toThrow()
})

test('a folder of programs is shown once, and not when /usr shows it', () => {
  expect(programFolders('/opt/node/bin/node', '/opt/node/bin/npm', '/usr/bin/env')).toEqual(['/opt/node/bin'])
})

test('a folder is not within another that only begins like it', () => {
  expect([isWithin('/a/bc', '/a/b'), isWithin('/a/b/c', '/a/b'), isWithin('/a/b', '/a/b')]).toEqual([false, true, true])
})
