import { afterEach, expect, test } from 'vitest'
import { stopRequests } from './stop-requests.ts'

let told: string[] = []
let stop: ReturnType<typeof stopRequests> | undefined
const requests = () => {
  told = []
  stop = stopRequests(
    () => told.push('first'),
    () => told.push('again'),
  )
  return stop
}
afterEach(() => stop?.release())

test('a person stops a run once, and two wishes in one moment are one', () => {
  const { signal, ask } = requests()
  ask()
  ask()
  expect(told).toEqual(['first'])
  expect(signal.reason).toBeInstanceOf(DOMException)
})

test('a reader who goes away stops it too, and the reason says that it was no person', () => {
  const { signal, unread } = requests()
  unread()
  expect({ told, reason: signal.reason as unknown }).toEqual({ told: ['first'], reason: 'nobody reads the output any more' })
})

test('afterwards the signals are left as they were', () => {
  const before = process.listenerCount('SIGTERM')
  requests().release()
  expect(process.listenerCount('SIGTERM')).toBe(before)
})
