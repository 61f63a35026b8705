import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Sample } from '@safechaos/core'
import { expect, test } from 'vitest'
import { httpServer } from '../../../../test/support/http-server.ts'
import { tapReader } from '../signals/tap-reader.ts'
import type { TapStart } from './tap.ts'

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))

const startFor = (port: number): TapStart => ({
  config: {
    run: 'run1',
    load: { method: 'GET', url: `http://api:${port}/`, rate: 100, timeoutMs: 500 },
    signals: [
      { name: 'up', from: 'http', url: `http://api:${port}/`, everyMs: 100, timeoutMs: 500, unit: 'up' },
      { name: 'processes', from: 'stats', service: 'api', stat: 'processes', everyMs: 100, unit: '' },
    ],
  },
  hosts: { api: ['127.0.0.1'] },
  roots: {},
})

function startTap(port: number): { readonly child: ChildProcess; readonly say: (message: object) => void; readonly samples: Readable } {
  const child = spawn(process.execPath, [MAIN], { stdio: ['pipe', 'ignore', 'inherit', 'pipe'] })
  const say = (message: object): void => void child.stdin?.write(`${JSON.stringify(message)}\n`)
  say(startFor(port))
  return { child, say, samples: child.stdio[3] as Readable }
}

test('the tap makes load, reads signals, follows restarts, and ends when its input ends', async () => {
  await using server = await httpServer((_, answer) => answer.end('ok'))
  const { child, say, samples } = startTap(server.port)
  const seen: Sample[] = []
  const malformed: string[] = []
  tapReader(samples, { onSample: (sample) => seen.push(sample), onMalformed: (detail) => malformed.push(detail), onEnd: () => undefined })
  const count = (signal: string) => seen.filter((sample) => sample.kind === 'reading' && sample.signal === signal).at(-1)
  await expect.poll(() => seen.filter(({ kind }) => kind === 'load').length, { timeout: 8000 }).toBeGreaterThan(3)
  expect(count('processes')).toMatchObject({ value: 0 })
  say({ roots: { 'api#1': child.pid } })
  await expect.poll(() => count('processes'), { timeout: 3000 }).toMatchObject({ value: 1 })
  expect(count('up')).toMatchObject({ value: 1 })
  expect(malformed).toEqual([])
  const exit = once(child, 'exit')
  child.stdin?.end()
  expect(await exit).toEqual([0, null])
})

test('a controller that stops reading does not stop the load', async () => {
  let asked = 0
  await using server = await httpServer((_, answer) => {
    asked++
    answer.end('ok')
  })
  const folder = mkdtempSync(join(tmpdir(), 'tap-'))
  const { full, writer } = fullPipe(join(folder, 'samples'))
  const child = spawn(process.execPath, [MAIN], { stdio: ['pipe', 'ignore', 'inherit', writer] })
  try {
    child.stdin?.write(`${JSON.stringify(startFor(server.port))}\n`)
    await expect.poll(() => asked, { timeout: 8000 }).toBeGreaterThan(5)
    const before = asked
    await sleep(1000)
    expect(asked - before).toBeGreaterThan(40)
  } finally {
    child.kill('SIGKILL')
    closeSync(writer)
    closeSync(full)
    rmSync(folder, { recursive: true })
  }
})

/** A pipe without room for one byte more, and a blocking descriptor to write to it. */
function fullPipe(path: string): { readonly full: number; readonly writer: number } {
  expect(spawnSync('mkfifo', [path]).status).toBe(0)
  const full = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
  for (const size of [4096, 1]) {
    try {
      for (;;) writeSync(full, Buffer.alloc(size))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    }
  }
  return { full, writer: openSync(path, constants.O_WRONLY) }
}

test('a tap whose samples nobody can read any more ends', async () => {
  await using server = await httpServer((_, answer) => answer.end('ok'))
  const { child, samples } = startTap(server.port)
  const exit = once(child, 'exit')
  await once(samples, 'data')
  samples.destroy()
  expect(await exit).toEqual([0, null])
})
