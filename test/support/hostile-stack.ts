/**
 * An API that answers, and an exporter whose page is good in its first life and hostile in every later one: so that killing it is a fault that
 * takes the eyes away. Which kind of hostile is the last part of the page's path.
 */
export const HOSTILE_STACK = {
  'stacks/compose.yaml': `name: hostile
services:
  api:
    command: node api.mjs
    ports: ["8080"]
    restart: always
  exporter:
    command: node exporter.mjs
    ports: ["8080"]
    restart: always
    depends_on: [api]
  mortal:
    command: node exporter.mjs
    ports: ["8080"]
    restart: "no"
    depends_on: [api]
  friend:
    command: node friend.mjs
    restart: always
    depends_on: [api]
`,
  'stacks/api.mjs': `import { createServer } from 'node:http'
let births = 0
createServer((ask, answer) => {
  if (ask.url === '/born') births += 1
  answer.end(ask.url === '/metrics' ? 'lag 1\\n' : String(births))
}).listen(8080, process.env.HOST || undefined)
`,
  'stacks/friend.mjs': `import { get } from 'node:http'
setInterval(() => get({ host: process.env.API_HOST || '127.0.0.1', port: 8080, timeout: 1000 }, (answer) => answer.resume()).on('error', () => {}), 50)
`,
  'stacks/exporter.mjs': `import { createServer, get } from 'node:http'
const GOOD = '# TYPE lag gauge\\nlag 1\\n'
const page = (text) => (answer) => answer.end(text)
const kinds = {
  good: page(GOOD),
  nan: page('lag NaN\\n'),
  inf: page('lag +Inf\\n'),
  nothing: page(''),
  other: page('leg 1\\n'),
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
const serve = (births) =>
  createServer((ask, answer) => {
    const kind = kinds[ask.url.split('/').at(-1)] ?? kinds.good
    answer.on('error', () => {})
    if (births > 2) kind(answer)
    else kinds.good(answer)
  }).listen(8080, process.env.HOST || undefined)
const born = () =>
  get({ host: process.env.API_HOST || '127.0.0.1', port: 8080, path: '/born' }, (answer) => {
    let text = ''
    answer.on('data', (data) => (text += data)).on('end', () => serve(Number(text)))
  }).on('error', () => setTimeout(born, 100))
born()
`,
} as const
