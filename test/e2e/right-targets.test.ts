import { type ChildProcess, spawn } from 'node:child_process'
import { startAgent } from '@safechaos/agent'
import { newRunId, prepare } from '@safechaos/engine'
import { afterAll, describe, expect, test } from 'vitest'
import { CALM_STACK, calmCharter } from '../support/calm-stack.ts'
import { atMost, holding, realLab, skipLoudly, type Told } from '../support/real-lab.ts'
import { openOn } from '../support/open-on.ts'

const someAtOnce = atMost(3)
const strangers: ChildProcess[] = []
afterAll(() => {
  for (const stranger of strangers) stranger.kill('SIGKILL')
})

const short = '{ steps: [100%], hold: 500ms }'
const stack = (services: string): Readonly<Record<string, string>> => ({
  ...CALM_STACK,
  'stacks/compose.yaml': `${CALM_STACK['stacks/compose.yaml']}${services}`,
})

async function run(files: Readonly<Record<string, string>>, charter: Readonly<Record<string, string>>): Promise<{ exit: number | null; told: Told }> {
  return await someAtOnce(async () => {
    using lab = realLab(files)
    return await lab.run(lab.write('charters/one.yaml', calmCharter({ ramp: short, ...charter })))
  })
}

function expectNoPass({ exit, told }: { readonly exit: number | null; readonly told: Told }): void {
  expect(exit).toBe(3)
  expect(told.end?.verdict).toMatchObject({ hypothesis: { state: 'inconclusive' }, effect: { state: 'did-not-land' } })
  expect(told.end?.verdict.rollback.state).not.toBe('stuck')
}

describe.concurrent('what a selector must never hit', () => {
  test.for(['process', 'sandbox'])('a pattern that fits everything hits the service alone: in %s', async (containment, context) => {
    // To `pkill -f` it is the worker itself.
    const stranger = spawn('sleep', ['1000'], { stdio: 'ignore' })
    strangers.push(stranger)
    const { exit, told } = await run(CALM_STACK, { containment, fault: '{ kind: process.kill, target: worker, match: "." }' })
    if (told.bodies('opened').length === 0) skipLoudly(context, `${containment} does not work here`, 'scripts/install-system.sh')
    expect(exit, JSON.stringify(told.end?.verdict)).toBe(0)
    expect(told.acts('landed')).toHaveLength(1)
    expect(stranger.exitCode === null && stranger.signalCode === null).toBe(true)
    expect(told.bodies('service').filter(({ service, state }) => service === 'api#1' && state === 'exited').length).toBeLessThanOrEqual(1)
  })

  test('the lab’s own programs are no service that a charter could name', () => {
    using lab = realLab(CALM_STACK)
    for (const name of ['tap', 'init', 'agent', 'reaper', 'sshd', 'systemd']) {
      const charter = lab.write('charters/one.yaml', calmCharter({ fault: `{ kind: process.kill, target: ${name} }` }))
      expect(lab.cli('plan', charter)).toMatchObject({
        status: 64,
        stderr: expect.stringContaining(`there is no service in the stack called "${name}"`) as string,
      })
    }
  })
})

describe.concurrent('a selector', () => {
  test('that matches nothing is no success', async () => {
    const outcome = await run(CALM_STACK, { fault: '{ kind: process.kill, target: worker, match: "no such program" }' })
    expectNoPass(outcome)
    expect(outcome.told.end?.verdict.endedBy).toBe('preflight')
    expect(outcome.told.bodies('preflight')[0]?.lines.filter(({ ok }) => !ok)).toEqual([
      expect.objectContaining({ detail: expect.stringMatching(/^worker#1: none, it has \d+ "sleep 1000"/) as string }),
    ])
    expect(outcome.told.bodies('ramp')).toEqual([])
  })

  test('that matches nothing any more ends the run in its first stage, which did not pass', async () => {
    const brief = '  brief: { command: sh brief.sh, restart: "no", deploy: { replicas: 2 } }\n'
    const script = { 'stacks/brief.sh': 'sleep 15 &\nexec sleep 1000\n' }
    const fault = '{ kind: process.kill, target: brief, match: "sleep 15" }'
    const outcome = await run({ ...stack(brief), ...script }, { fault, baseline: '16s', ramp: '{ steps: [1, 2], hold: 300ms }' })
    expectNoPass(outcome)
    expect(outcome.told.end?.verdict.endedBy).toBe('inject-failed')
    expect(outcome.told.bodies('ramp').map(({ stage, state }) => `${stage} ${state}`)).toEqual(['1 inject'])
    expect(outcome.told.acts('inject-failed')).toHaveLength(1)
  })

  test('whose service has more members at start than in the plan is refused by the agent', async () => {
    using lab = realLab(stack('  many: { command: sleep 1000, deploy: { replicas: 3 } }\n'))
    const charter = lab.write('charters/one.yaml', calmCharter({ fault: '{ kind: process.kill, target: many }' }))
    const { planned, stack: approved, stackDir } = await prepare({ charter, containment: 'process' })
    const grown = { ...approved, services: approved.services.map((service) => ({ ...service, replicas: 30 })) }
    const link = startAgent({ run: newRunId(), labDir: lab.labDir, containment: 'process', stateDir: lab.stateDir, detached: false })
    try {
      await expect(openOn(link, { planned, stack: grown, stackDir })).rejects.toMatchObject({ code: 'SC_PLAN_MISMATCH' })
      await expect(link.ask({ ask: 'inject', stage: 1 })).rejects.toMatchObject({ code: 'SC_GRANT' })
    } finally {
      expect(await link.end()).toBe(true)
    }
  })

  test('whose targets became fewer since the plan hits those that are left', async () => {
    const mortal = '  many: { command: sh many.sh, restart: "no", deploy: { replicas: 3 } }\n'
    const script = { 'stacks/many.sh': 'case "$SAFECHAOS_SERVICE" in *3) sleep 2; exit 0;; esac\nexec sleep 1000\n' }
    const { exit, told } = await run({ ...stack(mortal), ...script }, { fault: '{ kind: process.pause, target: many }', baseline: '5s' })
    expect(exit, JSON.stringify(told.end?.verdict)).toBe(0)
    expect(told.planned.plan.targets.map(({ id }) => id)).toEqual(['many#1', 'many#2', 'many#3'])
    expect(
      told
        .acts('injected')
        .map(({ target }) => target)
        .sort(),
    ).toEqual(['many#1', 'many#2'])
    expect(told.acts('verified')).toHaveLength(2)
  })
})

describe.concurrent('an inject', () => {
  test('that succeeds and changes nothing did not land, and is never a pass', async () => {
    const stubborn = '  stubborn: { command: sh stubborn.sh, restart: "no" }\n'
    const script = { 'stacks/stubborn.sh': 'trap "" TERM\nwhile true; do sleep 0.2; done\n' }
    const outcome = await run({ ...stack(stubborn), ...script }, { fault: '{ kind: process.kill, target: stubborn, signal: SIGTERM }' })
    expectNoPass(outcome)
    expect(outcome.told.acts('injected')).toHaveLength(1)
    expect(outcome.told.acts('not-landed')).not.toHaveLength(0)
  })

  test('that cuts a link on which nobody speaks did not land', async (context) => {
    const outcome = await run(CALM_STACK, { fault: '{ kind: net.partition, between: [api, worker] }' })
    if (outcome.told.bodies('opened')[0]?.containment !== 'sandbox')
      skipLoudly(context, 'net.partition needs the sandbox', 'scripts/install-system.sh')
    expectNoPass(outcome)
    expect(outcome.told.acts('verified')).toHaveLength(1)
  })
})

describe.concurrent('a service that ends and restarts by itself', () => {
  const restless = {
    ...stack('  restless: { command: node restless.mjs, restart: always }\n'),
    'stacks/restless.mjs': `import { get } from 'node:http'
const call = () => get({ host: process.env.API_HOST || 'api', port: 8080, timeout: 300 }, (answer) => answer.resume()).on('error', () => {})
setInterval(call, 50)
setTimeout(() => process.exit(1), 2500)
`,
  }
  test.for([
    ['a pause of its peer', '{ kind: process.pause, target: api }'],
    ['a partition from its peer', '{ kind: net.partition, between: [restless, api] }'],
  ])('during %s does not keep the undo from working, and nothing is left', async ([, fault = ''], context) => {
    const { told } = await run(restless, { fault, ramp: '{ steps: [100%], hold: 4s }' })
    if (told.bodies('opened')[0]?.containment !== 'sandbox') skipLoudly(context, 'net.partition needs the sandbox', 'scripts/install-system.sh')
    const held = told.records.findIndex(({ body }) => holding(body))
    const exits = told.records.slice(held).filter(({ body }) => body.kind === 'service' && body.service === 'restless#1' && body.state === 'exited')
    expect(exits.length).toBeGreaterThan(0)
    expect(told.end?.verdict).toMatchObject({ exit: 0, effect: { state: 'landed' }, rollback: { state: 'clean' } })
    expect(told.bodies('residue').flatMap(({ residue }) => residue.found)).toEqual([])
  })
})
