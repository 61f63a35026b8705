/** `npm run demo`: a real experiment on the embedded default, from charter to report, with the same command that everybody uses. */
import { spawnSync } from 'node:child_process'

const ran = spawnSync('safechaos', ['run', 'examples/hello/charters/worker-dies.yaml'], { stdio: 'inherit', timeout: 120_000 })
process.exit(ran.status ?? 3)
