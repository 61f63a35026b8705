#!/usr/bin/env node
// The entry of the command line: any Node can read it. It finds a Node that is new enough, and bundles that are as new as their sources.
'use strict'
const { accessSync, constants, existsSync } = require('node:fs')
const module_ = require('node:module')
const { isAbsolute, join, normalize } = require('node:path')

const NEEDED = [22, 18]
const inCheckout = existsSync(join(__dirname, 'checkout.js')) && existsSync(join(__dirname, '..', '..', '..', 'scripts', 'build.ts'))

if (isNewEnough(process.versions.node)) start()
else startWithPinnedNode()

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])
}

function start() {
  useCompileCache()
  if (inCheckout) makeBundles()
  require('../dist/cli.cjs')
}

/** Children inherit the folder by their environment. Never below /proc: creating a folder there makes Node spin for ever. */
function useCompileCache() {
  if (process.env.NODE_DISABLE_COMPILE_CACHE) return
  const folder = process.env.NODE_COMPILE_CACHE || ownCacheFolder()
  if (!folder || !isAbsolute(folder) || /^\/(proc|sys|dev)(\/|$)/.test(normalize(folder))) {
    delete process.env.NODE_COMPILE_CACHE
    return
  }
  process.env.NODE_COMPILE_CACHE = folder
  module_.enableCompileCache(folder)
}

/** In the user's cache folder; undefined where there is none that can be written. */
function ownCacheFolder() {
  const base = process.env.XDG_CACHE_HOME || join(process.env.HOME || require('node:os').homedir(), '.cache')
  const mayWrite = [base, join(base, '..')].find((folder) => existsSync(folder))
  try {
    accessSync(mayWrite, constants.W_OK)
    return join(base, 'safechaos', 'compiled')
  } catch {
    return undefined
  }
}

function makeBundles() {
  const { DIST, ROOT, isStale } = require('./checkout.js')
  if (!isStale()) return
  const { spawnSync } = require('node:child_process')
  const made = spawnSync(process.execPath, [join(ROOT, 'scripts', 'build.ts')], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000,
  })
  if (made.status === 0 || (existsSync(join(DIST, 'cli.cjs')) && !existsSync(join(ROOT, 'node_modules', 'tsdown')))) return
  endWith(`safechaos: the bundles could not be made from the sources:\n${made.stdout}${made.stderr}${made.error ? made.error.message : ''}`, 3)
}

/** Stays beside the real program: passes signals on, and ends as it ends. */
function startWithPinnedNode() {
  const node = inCheckout ? require('./checkout.js').pinnedNode() : undefined
  if (node === undefined) return endWith(`safechaos needs Node.js ${NEEDED.join('.')} or newer; this is ${process.versions.node}.`, 3)
  const { spawn } = require('node:child_process')
  const child = spawn(node, process.argv.slice(1), { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']
  for (const signal of signals) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => endWith(`safechaos: the pinned Node does not start: ${error.message}`, 3))
  child.on('exit', (code, signal) => {
    for (const name of signals) process.removeAllListeners(name)
    if (signal) process.kill(process.pid, signal)
    else process.exit(code)
  })
}

function endWith(line, code) {
  process.stderr.write(`${line}\n`)
  process.exit(code)
}
