// What only a checkout needs: the pinned Node, and whether the bundles are older than the sources. Plain JavaScript, since it runs at every start.
'use strict'
const { existsSync, readdirSync, readFileSync, statSync } = require('node:fs')
const { join } = require('node:path')

const ROOT = join(__dirname, '..', '..', '..')
const DIST = join(__dirname, '..', 'dist')

/** Files besides the sources that decide what a bundle holds. */
const OTHERS = ['package-lock.json', 'tsdown.config.ts']

/** Names, sizes and times of everything that a bundle is made of. Compared as a text: hashing it would take longer than reading it. */
function fingerprint() {
  const lines = []
  for (const name of readdirSync(join(ROOT, 'packages')).sort()) addFolder(lines, `${ROOT}/packages/${name}/src`)
  for (const name of OTHERS) addFile(lines, `${ROOT}/${name}`)
  return lines.join('\n')
}

/** Sources have an extension, folders have none: that spares a look at each entry's kind. */
function addFolder(lines, folder) {
  let names
  try {
    names = readdirSync(folder)
  } catch {
    return
  }
  for (const name of names) {
    if (!name.includes('.')) addFolder(lines, `${folder}/${name}`)
    else if (!name.endsWith('.test.ts')) addFile(lines, `${folder}/${name}`)
  }
}

function addFile(lines, path) {
  const seen = statSync(path, { throwIfNoEntry: false })
  if (seen) lines.push(`${path} ${seen.size} ${seen.mtimeMs}`)
}

/** True if the bundles are missing or were made from other sources than those that are here now. */
function isStale() {
  try {
    return readFileSync(join(DIST, 'made-from'), 'utf8') !== fingerprint()
  } catch {
    return true
  }
}

/** The Node that this checkout pins, if it is installed. */
function pinnedNode() {
  const modules = join(ROOT, 'node_modules')
  const places = [join(modules, '.bin', 'node'), join(modules, `node-linux-${process.arch}`, 'bin', 'node')]
  return places.find((place) => existsSync(place))
}

module.exports = { DIST, ROOT, fingerprint, isStale, pinnedNode }
