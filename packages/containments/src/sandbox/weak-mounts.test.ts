import { expect, test } from 'vitest'
import { weakMounts } from './weak-mounts.ts'

const line = (at: string, options: string): string => `70 61 0:41 / ${at} ${options} master:5 - ext4 /dev/vda rw,discard`
const MOUNTINFO = `${[
  line('/usr', 'ro,nosuid,nodev,relatime'),
  line('/lab', 'ro,nosuid,relatime'),
  line('/lab/a\\040b\\011c\\012d\\134040', 'rw,noexec,relatime'),
  line('/lab/strict', 'rw,idmapped'),
  line('/work', 'rw,relatime'),
].join('\n')}\n`

test('a mount in sight that can be written, or hold devices or set-uid programs, is named with all options that it has to have', () => {
  expect(weakMounts(MOUNTINFO, (path) => path !== '/work')).toEqual([
    { at: '/lab', options: 'relatime,ro,nosuid,nodev' },
    { at: '/lab/a b\tc\nd\\040', options: 'noexec,relatime,ro,nosuid,nodev' },
    { at: '/lab/strict', options: 'strictatime,ro,nosuid,nodev' },
  ])
})

test('without any there is nothing to do', () => {
  expect(weakMounts(line('/usr', 'ro,nosuid,nodev'), () => true)).toEqual([])
})
