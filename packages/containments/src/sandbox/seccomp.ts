/** What a kernel calls the same things, by the way in which a program calls it. */
interface Abi {
  /** AUDIT_ARCH_… of linux/audit.h. */
  readonly arch: number
  /** The bits of a number that name the call. On x86-64 bit 30 says x32, whose numbers are otherwise the same here. */
  readonly mask: number
  /** add_key, request_key, keyctl. Then io_uring_setup: a ring could make the socket instead. */
  readonly refused: readonly number[]
  readonly socket: number
  /** The old way to all calls about sockets: its first argument says which, the others cannot be looked at. */
  readonly socketcall: number | undefined
}

const IO_URING_SETUP = 425
const ALL_BITS = 0xff_ff_ff_ff
const X86_64: Abi = { arch: 0xc0_00_00_3e, mask: 0xbf_ff_ff_ff, refused: [248, 249, 250, IO_URING_SETUP], socket: 41, socketcall: undefined }
const I386: Abi = { arch: 0x40_00_00_03, mask: ALL_BITS, refused: [286, 287, 288, IO_URING_SETUP], socket: 359, socketcall: 102 }
const AARCH64: Abi = { arch: 0xc0_00_00_b7, mask: ALL_BITS, refused: [217, 218, 219, IO_URING_SETUP], socket: 198, socketcall: undefined }
const ARM: Abi = { arch: 0x40_00_00_28, mask: ALL_BITS, refused: [309, 310, 311, IO_URING_SETUP], socket: 281, socketcall: 102 }
const ABIS: Readonly<Record<string, readonly Abi[]>> = { x64: [X86_64, I386], arm64: [AARCH64, ARM] }

const AF_VSOCK = 40
const SYS_SOCKET = 1

/** Places in struct seccomp_data. The argument is its lower half on a little-endian machine: the kernel takes these as 32 bits. */
const NR = 0
const ARCH = 4
const FIRST_ARGUMENT = 16

/** Instructions of classic BPF: code, how many to skip if true, how many if not, value. */
type Instruction = readonly [code: number, yes: number, no: number, value: number]
const load = (place: number): Instruction => [0x20, 0, 0, place]
const and = (value: number): Instruction => [0x54, 0, 0, value]
const unlessEqual = (value: number, skip: number): Instruction => [0x15, 0, skip, value]
const ALLOW: Instruction = [0x06, 0, 0, 0x7f_ff_00_00]
const EPERM: Instruction = [0x06, 0, 0, 0x00_05_00_01]

/**
 * The filter of an enclosure's system calls, as `bwrap --seccomp` reads it; undefined for a processor that it was not written for. It refuses, with
 * EPERM, what no namespace bounds: keys of the session that started the run, and sockets to the machine around this one (AF_VSOCK).
 */
export function seccompFilter(processor: string): Buffer | undefined {
  const abis = ABIS[processor]
  if (abis === undefined) return undefined
  const program = [load(ARCH), ...abis.flatMap(rulesOf), EPERM]
  const bytes = Buffer.alloc(program.length * 8)
  program.forEach(([code, yes, no, value], index) => {
    bytes.writeUInt16LE(code, index * 8)
    bytes.writeUInt8(yes, index * 8 + 2)
    bytes.writeUInt8(no, index * 8 + 3)
    bytes.writeUInt32LE(value, index * 8 + 4)
  })
  return bytes
}

/** Begins and, for another ABI, ends with ARCH loaded. */
function rulesOf({ arch, mask, refused, socket, socketcall }: Abi): Instruction[] {
  const rules = [
    load(NR),
    and(mask),
    ...refused.flatMap((number) => [unlessEqual(number, 1), EPERM]),
    ...unlessFirst(socket, AF_VSOCK),
    ...(socketcall === undefined ? [] : unlessFirst(socketcall, SYS_SOCKET)),
    ALLOW,
  ]
  return [unlessEqual(arch, rules.length), ...rules]
}

const unlessFirst = (call: number, argument: number): Instruction[] => [
  unlessEqual(call, 4),
  load(FIRST_ARGUMENT),
  unlessEqual(argument, 1),
  EPERM,
  ALLOW,
]
