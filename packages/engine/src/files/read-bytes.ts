import { isUtf8 } from 'node:buffer'
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { relative } from 'node:path'
import type { Problem } from '@safechaos/core'

/** A path as messages show it: relative to the current folder if it is inside. */
export function displayPath(path: string): string {
  const near = relative(process.cwd(), path)
  return near === '' || near.startsWith('..') ? path : near
}

export type Bytes = { readonly ok: true; readonly bytes: Buffer } | { readonly ok: false; readonly problem: Problem }

/** Reads a regular file of at most `limit` bytes of UTF-8. Never waits on a pipe or a device; never throws. */
export function readBytes(path: string, limit: number): Bytes {
  const file = displayPath(path)
  let descriptor: number | undefined
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    if (!fstatSync(descriptor).isFile()) return refuse({ code: 'SC_FILE', message: `${file} is not a regular file` })
    const bytes = readUpTo(descriptor, limit + 1)
    if (bytes.length > limit)
      return refuse({ code: 'SC_LIMIT', message: `the file is larger than ${limit} bytes`, where: { file, ...placeOf(bytes.subarray(0, limit)) } })
    return isUtf8(bytes)
      ? { ok: true, bytes }
      : refuse({ code: 'SC_YAML', message: 'the file is not UTF-8 text', where: { file, ...placeOf(soundPart(bytes)) }, hint: 'save it as UTF-8' })
  } catch (error) {
    return refuse({ code: 'SC_FILE', message: `${file}: ${reasonOf(error)}` })
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

const refuse = (problem: Problem): Bytes => ({ ok: false, problem })

function readUpTo(descriptor: number, most: number): Buffer {
  const { size } = fstatSync(descriptor)
  const buffer = Buffer.alloc(Math.min(most, size + 1))
  let filled = 0
  while (filled < buffer.length) {
    const got = readSync(descriptor, buffer, filled, buffer.length - filled, null)
    if (got === 0) break
    filled += got
  }
  return buffer.subarray(0, filled)
}

/** Line and column, 1-based, of what follows these bytes. */
function placeOf(before: Buffer): { line: number; column: number } {
  const lineStart = before.lastIndexOf(10) + 1
  let line = 1
  for (let at = before.indexOf(10); at >= 0; at = before.indexOf(10, at + 1)) line++
  return { line, column: before.subarray(lineStart).toString('utf8').length + 1 }
}

/** The bytes before the first that is no UTF-8: decoding writes a replacement there, so that writing it back differs. */
function soundPart(bytes: Buffer): Buffer {
  const back = Buffer.from(bytes.toString('utf8'), 'utf8')
  let at = 0
  while (at < bytes.length && bytes[at] === back[at]) at++
  return bytes.subarray(0, at)
}

/** A system error in words that say what to do about it. */
function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'there is no such file'
  if (code === 'EACCES' || code === 'EPERM') return 'it may not be read by this user'
  if (code === 'EISDIR') return 'it is a folder'
  return message
}
