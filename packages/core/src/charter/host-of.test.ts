import { expect, test } from 'vitest'
import { hostOf } from './host-of.ts'

test.each([
  ['http://api:8080/pay', 'api'],
  ['http://api', 'api'],
  ['http://api?x=1', 'api'],
  ['api:8080', ''],
])('the host of %s is "%s"', (url, host) => expect(hostOf(url)).toBe(host))
