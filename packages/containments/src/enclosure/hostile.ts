/** What the hostile program is told; it is the first argument of the script, as JSON. */
export interface HostileOrders {
  readonly pid: number
  readonly secretFile: string
  readonly places: readonly string[]
  readonly port: number
  readonly abstractSocket: string
}

/** What it says that it managed. Walls are judged by the canary where the canary can know. */
export interface HostileReport {
  readonly secret: string
  /** What it saw of the canary in the list of processes. */
  readonly process: string
  /** Whether /etc/shadow could be read: 'read', or why not. */
  readonly shadow: string
  readonly memory: string
  readonly capabilities: string
  readonly noNewPrivileges: boolean
  /** Whether a filter of system calls stands around it. */
  readonly filtered: boolean
  /** The keyring of the session it came from: 'reached' by a call of the kernel, 'named' in a list, or why neither. */
  readonly keys: string
}

/** A program that tries to get out, as JavaScript for `node -e`. It hurts nothing but the canary that it is told of. */
export const HOSTILE = `
const fs = require('node:fs'), net = require('node:net'), child_process = require('node:child_process')
const orders = JSON.parse(process.argv[1])
const attempt = (act) => { try { return act() } catch (error) { return error.code ?? String(error) } }
attempt(() => process.kill(orders.pid, 'SIGCONT'))
for (const place of orders.places) attempt(() => fs.writeFileSync(place, 'written from inside'))
const secret = attempt(() => fs.readFileSync(orders.secretFile, 'utf8'))
const process_ = attempt(() => fs.readFileSync('/proc/' + orders.pid + '/cmdline', 'utf8'))
const shadow = attempt(() => { fs.closeSync(fs.openSync('/etc/shadow', 'r')); return 'read' })
const memory = attempt(() => { fs.closeSync(fs.openSync('/proc/' + orders.pid + '/mem', 'r+')); return 'opened ' + fs.readFileSync('/proc/' + orders.pid + '/cmdline', 'utf8') })
const status = fs.readFileSync('/proc/self/status', 'utf8')
const named = attempt(() => fs.readFileSync('/proc/keys', 'utf8').trim() === '' ? 'none' : 'named')
const keyctl = { x64: 250, arm64: 219 }[process.arch]
const call = keyctl === undefined ? undefined : child_process.spawnSync('perl', ['-e', 'my $id = syscall(' + keyctl + ', 0, -3, 0); print $id < 0 ? $! : "reached"'], { encoding: 'utf8', timeout: 1000 })
const keys = call?.stdout === 'reached' ? 'reached' : named === 'named' ? 'named' : call?.stdout || 'no tool to try it with'
const knock = (where) => new Promise((done) => {
  const socket = net.connect(where, done)
  socket.on('error', done)
  setTimeout(done, 300).unref()
})
Promise.all([knock({ host: '127.0.0.1', port: orders.port }), knock({ path: '\\0' + orders.abstractSocket })]).then(() => {
  const capabilities = /CapEff:\\s*(\\S+)/.exec(status)?.[1] ?? 'unknown'
  const noNewPrivileges = /NoNewPrivs:\\s*1/.test(status)
  const filtered = /Seccomp:\\s*2/.test(status)
  console.log(JSON.stringify({ secret, process: process_, shadow, memory, capabilities, noNewPrivileges, filtered, keys }))
  process.exit(0)
})
`
