// Takes payments and keeps them until the worker fetches them: paying does not need the worker.
import { createServer } from 'node:http'

let unconfirmed = 0

const routes = {
  '/pay': () => {
    unconfirmed++
    return 'accepted\n'
  },
  '/fetch': () => {
    const taken = unconfirmed
    unconfirmed = 0
    return `${taken}\n`
  },
  '/metrics': () => `# TYPE unconfirmed gauge\nunconfirmed ${unconfirmed}\n`,
}

createServer((ask, answer) => {
  const route = routes[ask.url]
  answer.writeHead(route === undefined ? 404 : 200, { 'content-type': 'text/plain' }).end(route?.() ?? 'no such page\n')
}).listen(8080, process.env.HOST || undefined)
