import { CONTAINMENTS } from '@safechaos/containments'
import { startProgram } from './start-program.ts'

startProgram(process.argv[2], CONTAINMENTS)
