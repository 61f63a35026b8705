import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SessionRig } from '../../../test/support/session-rig.ts'
import { owedFolder } from './owed.ts'

let rig: SessionRig
beforeEach(() => {
  rig = new SessionRig('process.pause')
})
afterEach(() => rmSync(rig.stateDir, { recursive: true, force: true }))

test('a clean end leaves no half of a record that a full disk cut short, and touches none of another run', async () => {
  const owed = owedFolder(rig.stateDir)
  for (const name of ['prop.2.json.4711.new', 'props.2.json.4711.new']) writeFileSync(`${owed}/${name}`, '{"version"')
  await rig.open()
  await rig.session.leave()
  expect(readdirSync(owed)).toEqual(['props.2.json.4711.new'])
})
