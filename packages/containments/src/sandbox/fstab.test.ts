import { expect, test } from 'vitest'
import { fstabLine } from './fstab.ts'

test('a path keeps its blanks, tabs, line ends, hashes and backslashes, escaped as mount(8) reads them', () => {
  expect(fstabLine('/a b\tc', '/d\\e#f\n', 'none', ['bind', 'ro'])).toBe('/a\\040b\\011c /d\\134e\\043f\\012 none bind,ro 0 0\n')
})
