/** The agent program with a fake containment, for tests that need a real process of it. */
import { fileURLToPath } from 'node:url'
import { startProgram } from '../../packages/agent/src/start-program.ts'
import { fakeContainment, fakeKnobs, fakeMembers } from './fake-enclosure.ts'

const reaper = fileURLToPath(new URL('../../packages/agent/src/reaper/main.ts', import.meta.url))
startProgram(process.argv[2], [fakeContainment(fakeKnobs(fakeMembers('worker', 3)))], () => reaper)
