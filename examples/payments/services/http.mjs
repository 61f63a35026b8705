// The little HTTP that the services share. They listen on HOST and find their peers by <PEER>_HOST, as Safechaos gives them.
import { Agent, createServer, request } from 'node:http'

const agent = new Agent({ keepAlive: true })
const MAX_BODY = 64 * 1024

/** Serves `routes`, by "METHOD /path"; each gets the parsed body and the request, and returns { status, headers?, body? }, or a promise of it. */
export function serve(routes, port = 8080) {
  const server = createServer(async (ask, answer) => {
    const route = routes[`${ask.method} ${new URL(ask.url, 'http://service').pathname}`]
    const { status, headers = {}, body = '' } = route === undefined ? { status: 404 } : await outcome(route, ask, answer)
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    answer.writeHead(status, { 'content-type': typeof body === 'string' ? 'text/plain' : 'application/json', ...headers }).end(text)
  })
  server.listen(port, process.env.HOST || undefined)
}

async function outcome(route, ask, answer) {
  try {
    return await route(await bodyOf(ask), ask, answer)
  } catch (error) {
    return { status: error instanceof SyntaxError ? 400 : 500, body: { error: error.message } }
  }
}

async function bodyOf(ask) {
  let text = ''
  for await (const part of ask.setEncoding('utf8')) {
    text += part
    if (text.length > MAX_BODY) throw new SyntaxError('the body is too long')
  }
  return text === '' ? undefined : JSON.parse(text)
}

/** Asks a peer service; resolves to { status, body }, rejects when it does not answer in time. */
export function call(peer, method, path, { body, headers = {}, timeoutMs = 1000, port = 8080 } = {}) {
  return new Promise((done, failed) => {
    const text = body === undefined ? undefined : JSON.stringify(body)
    const options = {
      agent,
      host: addressOf(peer),
      port,
      method,
      path,
      headers: { 'content-type': 'application/json', ...headers },
      signal: AbortSignal.timeout(timeoutMs),
    }
    const ask = request(options, (answer) => {
      let received = ''
      answer.setEncoding('utf8')
      answer.on('data', (part) => {
        received += part
      })
      answer.on('error', failed)
      const isJson = answer.headers['content-type'] === 'application/json'
      answer.on('end', () => done({ status: answer.statusCode, body: isJson ? JSON.parse(received) : received }))
    })
    ask.on('error', failed)
    ask.end(text)
  })
}

// A peer with several replicas has its addresses separated by commas; `self` is the service that asks.
function addressOf(peer) {
  const addresses = (process.env[peer === 'self' ? 'HOST' : `${peer.toUpperCase()}_HOST`] || '127.0.0.1').split(',')
  return addresses[Math.floor(Math.random() * addresses.length)]
}
