import { expect, test } from 'vitest'
import { withPath } from './with-path.ts'

test.each([
  ['/data', '/w/data'],
  ['/data/queue.db', '/w/data/queue.db'],
  ['file:/data/x', 'file:/w/data/x'],
  ['cat /data/a /data/b', 'cat /w/data/a /w/data/b'],
  ['/database', '/database'],
  ['/srv/data', '/srv/data'],
  ['./data', './data'],
  ['data', 'data'],
  ['http://host/data', 'http://host/data'],
])('a volume path is replaced where a path begins and ends: %s', (text, expected) => {
  expect(withPath(text, '/data', '/w/data')).toBe(expected)
})

test('a source with a dollar sign is taken as it is', () => {
  expect(withPath('/data', '/data', '/w/$&')).toBe('/w/$&')
})
