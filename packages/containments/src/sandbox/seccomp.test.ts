import { expect, test } from 'vitest'
import { seccompFilter } from './seccomp.ts'

const X86_64 = 0xc0_00_00_3e
const I386 = 0x40_00_00_03
const AARCH64 = 0xc0_00_00_b7
const ARM = 0x40_00_00_28
const X32 = 0x40_00_00_00

/** Runs the filter as the kernel does, on one call. */
function answer(processor: string, arch: number, number: number, first = 0): 'allowed' | 'EPERM' {
  const filter = seccompFilter(processor)
  if (filter === undefined) throw new Error(`no filter for ${processor}`)
  const data = Buffer.alloc(64)
  data.writeUInt32LE(number, 0)
  data.writeUInt32LE(arch, 4)
  data.writeBigUInt64LE(BigInt(first), 16)
  let held = 0
  for (let at = 0; at < filter.length; at += 8) {
    const [code, yes, no, value] = [filter.readUInt16LE(at), filter.readUInt8(at + 2), filter.readUInt8(at + 3), filter.readUInt32LE(at + 4)]
    if (code === 0x20) held = data.readUInt32LE(value)
    else if (code === 0x54) held = (held & value) >>> 0
    else if (code === 0x15) at += 8 * (held === value ? yes : no)
    else if (code === 0x06) return value === 0x7f_ff_00_00 ? 'allowed' : value === 0x00_05_00_01 ? 'EPERM' : expect.unreachable()
    else expect.unreachable(`instruction ${code}`)
  }
  return expect.unreachable('the filter has no end')
}

test.each([
  ['x64', X86_64, [248, 249, 250, 425, X32 + 248, X32 + 249, X32 + 250, X32 + 425]],
  ['x64', I386, [286, 287, 288, 425]],
  ['arm64', AARCH64, [217, 218, 219, 425]],
  ['arm64', ARM, [309, 310, 311, 425]],
] as const)('on %s a program of architecture %d gets no keys and no ring, and may do the rest', (processor, arch, refused) => {
  for (const number of refused) expect(answer(processor, arch, number), String(number)).toBe('EPERM')
  const near = refused.flatMap((number) => [number - 1, number + 1]).filter((number) => !(refused as readonly number[]).includes(number))
  for (const number of [0, 1, 39, 56, 231, 424, ...near]) expect(answer(processor, arch, number), String(number)).toBe('allowed')
})

test.each([
  ['x64', X86_64, 41],
  ['x64', X86_64, X32 + 41],
  ['x64', I386, 359],
  ['arm64', AARCH64, 198],
  ['arm64', ARM, 281],
] as const)('on %s a program of architecture %d makes by call %d every socket but one to the machine around', (processor, arch, socket) => {
  for (const family of [1, 2, 10, 16, 17]) expect(answer(processor, arch, socket, family)).toBe('allowed')
  expect(answer(processor, arch, socket, 40)).toBe('EPERM')
  expect(answer(processor, arch, socket, 2 ** 32 + 40)).toBe('EPERM')
})

test('the old way to make a socket is closed, since nobody could see which', () => {
  expect([answer('x64', I386, 102, 1), answer('x64', I386, 102, 3), answer('arm64', ARM, 102, 1)]).toEqual(['EPERM', 'allowed', 'EPERM'])
})

test('an architecture that nobody thought of may do nothing, and a processor that nobody thought of has no filter', () => {
  expect(answer('x64', AARCH64, 0)).toBe('EPERM')
  expect(seccompFilter('riscv64')).toBeUndefined()
})
