import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pathInside } from './folder-path.ts'
import { readStack, type StackContext } from './read-stack.ts'

const context: StackContext = { folderName: 'weak', variables: new Map([['PORT', '8080']]) }

const stackOf = (services: object, more: object = {}) => {
  const read = readStack({ services, ...more }, context)
  if (!read.ok) throw new Error(JSON.stringify(read.problems))
  return read.value
}

const problems = (services: object, more: object = {}): string[] => {
  const read = readStack({ services, ...more }, context)
  return read.ok
    ? []
    : read.problems.map(({ path, at, message, hint }) => `${path.join('.')}${at === 'key' ? ' [key]' : ''}: ${message} (${hint ?? ''})`)
}

/** The problems of one service. */
const refused = (service: object): string => problems({ a: { command: 'x', ...service } }).join('\n')

describe('a Compose file', () => {
  test('becomes a stack in start order, with every form of every supported key', () => {
    const stack = stackOf(
      {
        api: {
          image: 'node:24',
          command: 'node api.mjs --port ${PORT}',
          environment: { MODE: 'fast', RETRIES: 3, DEBUG: false },
          depends_on: { queue: { condition: 'service_healthy' } },
          restart: 'unless-stopped',
          deploy: { replicas: '${N:-2}' },
          networks: { front: null, back: {} },
          volumes: ['./data:/data', { type: 'bind', source: './etc', target: '/conf/', read_only: true }],
          ports: ['127.0.0.1:80:8080/tcp', 9090, { target: 8080 }],
        },
        queue: {
          image: 'redis:7',
          'x-safechaos': { local: { command: ['redis-server', '--save', ''], cwd: './redis/../queue' } },
          environment: ['A=b=c'],
          healthcheck: { test: 'nc -z localhost 6379', interval: '1m30s', timeout: '500ms', retries: 5, start_period: '2s' },
          networks: ['back'],
        },
      },
      { name: 'shop', networks: { front: {}, back: null }, 'x-note': 'free' },
    )
    expect(stack.name).toBe('shop')
    expect(stack.networks).toEqual(['front', 'back'])
    expect(stack.services).toEqual([
      {
        name: 'queue',
        command: ['redis-server', '--save', ''],
        cwd: 'queue',
        replicas: 1,
        environment: { A: 'b=c' },
        dependsOn: [],
        health: { test: ['sh', '-c', 'nc -z localhost 6379'], intervalMs: 90_000, timeoutMs: 500, retries: 5, startPeriodMs: 2000 },
        restart: 'no',
        networks: ['back'],
        volumes: [],
        ports: [],
      },
      {
        name: 'api',
        command: ['node', 'api.mjs', '--port', '8080'],
        cwd: '.',
        replicas: 2,
        environment: { MODE: 'fast', RETRIES: '3', DEBUG: 'false' },
        dependsOn: [{ service: 'queue', until: 'healthy' }],
        health: undefined,
        restart: 'always',
        networks: ['front', 'back'],
        volumes: [
          { source: 'data', target: '/data', readOnly: false },
          { source: 'etc', target: '/conf', readOnly: true },
        ],
        ports: [8080, 9090],
      },
    ])
  })

  test('gives services without networks a common one', () => {
    expect(stackOf({ a: { command: 'x' }, b: { command: 'y' } }).networks).toEqual(['default'])
  })

  test('with an image alone says what is missing', () => {
    expect(problems({ redis: { image: 'redis' } })).toEqual([
      expect.stringContaining('services.redis: redis has image: but no local command (add x-safechaos'),
    ])
  })

  test.each([
    'privileged',
    'devices',
    'network_mode',
    'pid',
    'ipc',
    'userns_mode',
    'cap_add',
    'security_opt',
    'volumes_from',
    'cgroup_parent',
    'sysctls',
    'extra_hosts',
  ])('may not open a wall with %s', (key) => expect(refused({ [key]: 'host' })).toContain(`services.a.${key} [key]: ${key} is not possible here`))

  test('may not mount what is outside its folder, nor over the walls', () => {
    for (const source of ['/etc', '..', '../x', './a/../../b', '~/x', '/'])
      expect(refused({ volumes: [`${source}:/x`] })).toContain("outside the stack's folder")
    expect(refused({ volumes: ['/var/run/docker.sock:/s'] })).toContain('socket')
    expect(refused({ volumes: ['data:/x'] })).toContain('named volume')
    for (const target of ['/', '/proc/self', '/etc', '/dev', 'x', '/a/../b'])
      expect(refused({ volumes: [`./x:${target}`] })).toMatch(/absolute path|belongs to the enclosure/)
    expect(refused({ volumes: ['./a:/x', './b:/x'] })).toContain('mounted twice')
    for (const other of ['/x/y', '/x/y/z']) expect(refused({ volumes: ['./a:/x', `./b:${other}`] })).toContain('lie in one another')
    expect(refused({ volumes: ['./a:/x', './b:/xy', './c:/run/c', './d:/var/lib/d', './e:/usrx'] })).toBe('')
    expect(refused({ 'x-safechaos': { local: { command: 'x', cwd: '../..' } } })).toContain("outside the stack's folder")
  })

  test.each(['/usr', '/bin', '/sbin', '/lib', '/lib64', '/etc', '/proc', '/sys', '/dev'])(
    'may mount nothing at, below or above %s, where programs with privileges come from',
    (own) => {
      for (const target of [own, `${own}/`, `${own}/a`, `${own}/a/b`, `/.${own}`, `${own}/./a`, '/'])
        expect(refused({ volumes: [`./x:${target}:ro`] })).toMatch(/services\.a\.volumes\.0: .*(absolute path|belongs to the enclosure)/)
    },
  )

  test('refuses every key it does not understand, with the one that was meant', () => {
    expect(refused({ comand: 'x' })).toContain('services.a.comand [key]: unknown key "comand" (did you mean command?)')
    expect(refused({ 'x-safechoas': {} })).toContain('did you mean x-safechaos?')
    expect(refused({ 'x-other': {} })).toBe('')
    expect(refused({ deploy: { replicas: 1, resources: {} } })).toContain('not bounded here')
    expect(refused({ healthcheck: { test: 'x', start_interval: '1s' } })).toContain('unknown key "start_interval"')
    expect(problems({ a: { command: 'x' } }, { version: '3' })).toEqual([expect.stringContaining('delete the line')])
    expect(problems({ a: { command: 'x' } }, { networks: { n: { external: true } } })).toEqual([
      expect.stringContaining('would lead out of the enclosure'),
    ])
  })

  test('refuses circles, unknown names and waits that never end', () => {
    expect(
      problems({ a: { command: 'x', depends_on: ['b'] }, b: { command: 'x', depends_on: ['c'] }, c: { command: 'x', depends_on: ['b'] } }),
    ).toEqual([expect.stringContaining('b → c → b')])
    expect(refused({ depends_on: ['a'] })).toContain('a → a')
    expect(refused({ depends_on: ['aa'] })).toContain('not a service here (did you mean a?)')
    expect(problems({ a: { command: 'x', depends_on: { b: { condition: 'service_healthy' } } }, b: { command: 'x' } })).toEqual([
      expect.stringContaining('b has no healthcheck'),
    ])
    expect(refused({ networks: ['nowhere'] })).toContain('which networks: does not name')
  })

  test('names services so that URLs can reach them', () => {
    for (const name of ['API', 'localhost', '127.0.0.1', 'a/b', 'a#1', '-a'])
      expect(problems({ [name]: { command: 'x' } })).toEqual([expect.stringContaining('is not the name of a service')])
  })

  test('fills variables from the map alone', () => {
    expect(stackOf({ a: { command: ['x', '$PORT', '${PORT}1', '${NO:-d e}', '$$PORT'] } }).services[0]?.command).toEqual([
      'x',
      '8080',
      '80801',
      'd e',
      '$PORT',
    ])
    expect(refused({ command: 'x ${HOME}' })).toContain('the variable HOME is not set')
    expect(refused({ command: 'x ${PORT:?no} $(id)' })).toContain('is not a variable')
    expect(refused({ environment: { TOKEN: null } })).toContain('TOKEN has no value')
    expect(refused({ environment: ['TOKEN'] })).toContain('TOKEN has no value')
    expect(refused({ environment: { TOKEN: 'a\0b' } })).toContain('TOKEN holds a NUL character')
  })

  test('never makes reading throw, whatever it is', () => {
    const key = fc.constantFrom(
      'command',
      'environment',
      'depends_on',
      'healthcheck',
      'restart',
      'deploy',
      'networks',
      'volumes',
      'ports',
      'x-safechaos',
      'image',
    )
    const service = fc.dictionary(key, fc.anything({ maxDepth: 3, withNullPrototype: true }))
    const document = fc.oneof(
      fc.anything({ maxDepth: 4 }),
      fc.record({ services: fc.dictionary(fc.string({ maxLength: 4 }), service), networks: fc.anything({ maxDepth: 2 }) }),
    )
    fc.assert(
      fc.property(document, (source) => {
        const read = readStack(source, context)
        expect(read.ok || read.problems.length > 0).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test('has paths that stay inside their folder, whatever they are made of', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('..', '.', 'a', 'b', '', '~'), { maxLength: 8 }), (parts) => {
        expect(pathInside(parts.join('/')) ?? 'refused').not.toMatch(/(^|\/)\.\.(\/|$)|^\//)
      }),
    )
  })
})
