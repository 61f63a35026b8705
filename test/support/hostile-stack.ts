/**
 * An API that answers, and an exporter whose page is good as long as its friend visits it, and hostile when it does not: so that stopping the friend
 * is a fault that takes the eyes away. Which kind of hostile is the last part of the page's path.
 */
export const HOSTILE_STACK = {
  'stacks/compose.yaml': `name: hostile
services:
  api: { command: node api.mjs, ports: ["8080"], restart: always }
  exporter: { command: node exporter.mjs, ports: ["8080"], restart: "no" }
  friend: { command: node friend.mjs, restart: always, depends_on: [exporter] }
`,
  'stacks/api.mjs': `import { createServer } from 'node:http'
createServer((ask, answer) => answer.end('fine')).listen(8080, process.env.HOST || undefined)
`,
  'stacks/friend.mjs': `import { get } from 'node:http'
const visit = () => get({ host: process.env.EXPORTER_HOST || 'exporter', port: 8080, path: '/visit', timeout: 1000 }, (answer) => answer.resume())
setInterval(() => visit().on('error', () => {}), 50)
`,
  'stacks/exporter.mjs': `import { createServer } from 'node:http'
const ALONE_MS = 700
const GOOD = '# TYPE lag gauge\\nlag 1\\n'
const page = (text) => (answer) => answer.end(text)
const kinds = {
  good: page(GOOD),
  nan: page('lag NaN\\n'),
  inf: page('lag +Inf\\n'),
  nothing: page(''),
  two: page('lag{of="a"} 1\\nlag{of="b"} 1\\n'),
  500: (answer) => answer.writeHead(500).end(GOOD),
  html: page('<!doctype html><html><body>lag 1</body></html>\\n'),
  cut: page('# TYPE lag gauge\\nlag 1\\nlag{of="'),
  short: (answer) => { answer.writeHead(200, { 'content-length': 1000 }); answer.write(GOOD); setTimeout(() => answer.destroy(), 50) },
  huge: page(GOOD + ('x' + '1'.repeat(99) + ' 1\\n').repeat(50_000)),
  silent: () => {},
  drip: (answer) => { answer.write(GOOD); setInterval(() => answer.write('#'), 200) },
  old: page('lag 1 ' + (Date.now() - 40_000) + '\\n'),
  future: (answer) => answer.end('lag 1 ' + (Date.now() + 40_000) + '\\n'),
}
let visited = Infinity
createServer((ask, answer) => {
  const kind = ask.url.split('/').at(-1)
  answer.on('error', () => {})
  if (kind === 'visit') visited = Date.now()
  if (Date.now() - visited > ALONE_MS && kind in kinds) kinds[kind](answer)
  else kinds.good(answer)
}).listen(8080, process.env.HOST || undefined)
`,
} as const
