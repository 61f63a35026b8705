/** The init program: one argument (`InitArguments` as JSON), JSON lines in and out. Ends with its standard input. */
import { readlinkSync } from 'node:fs'
import { Socket } from 'node:net'
import { messageOf } from '@safechaos/core'
import { processSpawner } from '../process/spawner.ts'
import { sandboxSpawner } from '../sandbox/spawner.ts'
import { type InitMessage, type InitWord, Refusal } from './channel.ts'
import { goFirst } from './first-to-go.ts'
import { Init } from './init.ts'
import { Lines } from './lines.ts'
import type { InitArguments } from './spawner.ts'

const LONGEST_ASK = 16 << 20
/** Beyond this much unread output log lines are left out: a hung agent must not make its init grow. */
const MOST_UNREAD = 4 << 20

const SPAWNERS = { sandbox: sandboxSpawner, process: processSpawner } as const

goFirst()
const args = JSON.parse(process.argv[2] ?? '{}') as InitArguments
// Not `process.stdout`: a write must never wait for a reader that hangs.
const output = new Socket({ fd: 1, readable: false, writable: true })
output.on('error', () => undefined)
const say = (word: InitWord): void => {
  if (output.writableLength > MOST_UNREAD && 'word' in word && word.word === 'event' && word.event.event === 'log') return
  output.write(`${JSON.stringify(word)}\n`)
}

const init = new Init(args, SPAWNERS[args.containment](args), (event) => say({ word: 'event', event }))

async function endNow(code: number): Promise<never> {
  await init.end(0)
  process.exit(code)
}

function onMessage(line: string): void {
  init.heard()
  const message = JSON.parse(line) as InitMessage
  const re = message.id
  if (message.ask === 'beat' || re === undefined) return
  init.answer(message).then(
    (answer) => {
      say({ re, ok: true, answer })
      return message.ask === 'end' ? output.end(() => process.exit(0)) : undefined
    },
    (error: unknown) =>
      say({
        re,
        ok: false,
        code: error instanceof Refusal ? error.code : 'SC_CONTAINMENT',
        message: messageOf(error),
      }),
  )
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void endNow(0))
process.on('uncaughtException', (error) => {
  process.stderr.write(`init: ${error.stack ?? error.message}\n`)
  void endNow(1)
})

const lines = new Lines(LONGEST_ASK, onMessage)
process.stdin.setEncoding('utf8')
process.stdin.on('data', (text: string) => lines.push(text))
process.stdin.once('close', () => void endNow(0))
say({ word: 'ready', pid: process.pid, pidNamespace: /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '' })
