import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'

/** A server on loopback that ends with its block, connections and all. */
export interface TestServer extends AsyncDisposable {
  readonly port: number
}

/** Starts an HTTP server on a loopback address. */
export function httpServer(listener: RequestListener, host = '127.0.0.1'): Promise<TestServer> {
  const server = createServer({ keepAliveTimeout: 60_000 }, listener)
  return new Promise((done) =>
    server.listen(0, host, () =>
      done({
        port: (server.address() as AddressInfo).port,
        [Symbol.asyncDispose]: async () => {
          const closed = new Promise<void>((end) => server.close(() => end()))
          server.closeAllConnections()
          await closed
        },
      }),
    ),
  )
}

/** Starts a server that speaks whatever `talk` does on each connection. */
export function tcpServer(talk: (socket: Socket) => void): Promise<TestServer> {
  const sockets = new Set<Socket>()
  const server = createTcpServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    talk(socket)
  })
  return new Promise((done) =>
    server.listen(0, '127.0.0.1', () =>
      done({
        port: (server.address() as AddressInfo).port,
        [Symbol.asyncDispose]: async () => {
          const closed = new Promise<void>((end) => server.close(() => end()))
          for (const socket of sockets) socket.destroy()
          await closed
        },
      }),
    ),
  )
}

/** A loopback port on which nobody listens. */
export async function closedPort(): Promise<number> {
  await using server = await tcpServer(() => undefined)
  return server.port
}
