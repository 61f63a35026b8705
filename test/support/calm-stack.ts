/** A service that answers and one that sleeps: for tests of how runs end, not of what is broken. */
export const CALM_STACK = {
  'stacks/compose.yaml': `name: calm
services:
  api: { command: node api.mjs, ports: ["8080"], restart: always }
  worker: { command: sleep 1000, restart: "no" }
`,
  'stacks/api.mjs': `import { createServer } from 'node:http'
createServer((ask, answer) => answer.end('fine')).listen(8080, process.env.HOST || undefined)
`,
} as const

/** A charter for it whose gate stays green, however slow the machine is; `more` may set or replace whole lines by their key. */
export function calmCharter(more: Readonly<Record<string, string>> = {}): string {
  const lines = {
    hypothesis: 'all is calm',
    signals: '{ there: { stat: processes, service: api, every: 200ms } }',
    fault: '{ kind: process.pause, target: worker }',
    ramp: '{ steps: [100%], hold: 30s }',
    abort: '{ there: { breach: "> 1000", window: 500ms, fresh: 3s } }',
    baseline: '500ms',
    recovery: '2s',
    lease: '3s',
    maxAbort: '20s',
    ...more,
  }
  return Object.entries(lines)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join('')
}
