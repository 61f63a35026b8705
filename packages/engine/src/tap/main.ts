import { tapOutput } from './output.ts'
import { runTap } from './tap.ts'

/** Descriptor of the sample stream, inherited from the controller through agent and init. */
const SAMPLES = 3

runTap(
  process.stdin,
  tapOutput(SAMPLES, () => process.exit(0)),
  () => process.exit(0),
)
