import { z } from 'zod'
import type { Json } from '../canonical.ts'
import { zod } from '../zod.ts'
import { FAULTS } from './catalogue.ts'
import type { Acts, FaultDefinition } from './fault.ts'
import type { Look, Step } from './step.ts'

type AnyFault = FaultDefinition<{ readonly kind: string }>

interface FieldSchema {
  readonly type?: string
  readonly description?: string
  readonly default?: Json
  readonly enum?: readonly string[]
}

const HOLDER_DEATH = {
  reverts: 'it ends by itself',
  persists: 'it stays until somebody undoes it',
  worsens: 'it gets worse (refused outside dev)',
} as const satisfies Record<Acts['holderDeath'], string>

const ON_RESTART = {
  ends: 'the new process is not hit',
  reapply: 'the fault is applied again',
  persists: 'the fault stays on it',
} as const satisfies Record<Acts['onRestart'], string>

/** The faults page's generated part, as Markdown: every fault of the catalogue with its fields, steps and what becomes of it. */
export const faultReference = (): string => FAULTS.map((fault) => section(fault as unknown as AnyFault)).join('\n\n')

function section(fault: AnyFault): string {
  const spec = fault.schema(zod).parse(fault.example)
  const acts = fault.acts(spec)
  return [
    `### ${fault.kind}`,
    `${capital(fault.summary)}. At worst: ${fault.worst}.`,
    `\`\`\`yaml\nfault: ${flow(fault.example)}\n\`\`\``,
    fields(fault.schema(zod)),
    `In words: ${fault.sentence(spec)}.`,
    `- Inject: ${acts.inject.map(stepText).join('; ')}`,
    ...(acts.renew === undefined ? [] : [`- Renew, with every renewal of the lease: ${acts.renew.map(stepText).join('; ')}`]),
    `- Undo: ${acts.undo.map(stepText).join('; ')}`,
    `- It landed when: ${acts.landed.map(lookText).join(' and ')}`,
    `- It is back when: ${acts.verify.map(lookText).join(' and ')}`,
    `- When its holder dies: ${HOLDER_DEATH[acts.holderDeath]}. When its target restarts: ${ON_RESTART[acts.onRestart]}.`,
    `- Needs: ${fault.needs.join(', ')}. The residue scan compares: ${fault.touches.join(', ')}.`,
  ]
    .join('\n\n')
    .replaceAll('\n\n- ', '\n- ')
    .replace('.\n- ', '.\n\n- ')
}

function fields(schema: z.ZodType): string {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' }) as {
    properties?: Record<string, FieldSchema>
    required?: readonly string[]
  }
  const rows = Object.entries(properties)
    .filter(([name]) => name !== 'kind')
    .map(([name, { description = '', default: preset, enum: values }]) => {
      const otherwise = preset === undefined ? (required.includes(name) ? 'required' : 'none') : `\`${flow(preset)}\``
      return `| \`${name}\` | ${description}${values === undefined ? '' : `: ${values.join(', ')}`} | ${otherwise} |`
    })
  return ['| field | meaning | default |', '|---|---|---|', ...rows].join('\n')
}

/** A step in words, as reference and preview show it. */
export function stepText(step: Step): string {
  const within = `within ${step.deadlineMs} ms`
  switch (step.do) {
    case 'exec':
      return `\`${[step.tool, ...step.args].join(' ')}\` in ${step.in}${step.stdin === undefined ? '' : ` given \`${oneLine(step.stdin)}\``}, ${within}`
    case 'signal': {
      const whom = step.match === undefined ? 'to the target' : `to what matches /${step.match}/`
      return `${step.signal} ${whom}${step.then === undefined ? '' : `, then ${step.then.signal} after ${step.then.afterMs} ms`}, ${within}`
    }
    case 'service':
      return `${step.action} the service, ${within}`
    case 'hold':
      return `hold \`${[step.tool, ...step.args].join(' ')}\` in ${step.in}, started ${within}`
    case 'release':
      return `end what is held, ${within}`
    default:
      throw new TypeError(`unknown step: ${JSON.stringify(step satisfies never)}`)
  }
}

/** A look in words. */
export function lookText(look: Look): string {
  const within = `within ${look.deadlineMs} ms`
  switch (look.look) {
    case 'exec':
      return `\`${[look.tool, ...look.args].join(' ')}\` in ${look.in} ${look.expect} \`${look.pattern}\`, ${within}`
    case 'process':
      return `the processes${look.match === undefined ? '' : ` that match /${look.match}/`} are ${look.expect}, ${within}`
    case 'service':
      return `the service is ${look.expect}, ${within}`
    case 'held':
      return `what is held is ${look.expect}, ${within}`
    default:
      throw new TypeError(`unknown look: ${JSON.stringify(look satisfies never)}`)
  }
}

const oneLine = (text: string): string => text.trim().replaceAll(/\s+/g, ' ')
const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)

/** A value in YAML's flow style. */
function flow(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`
  if (value === null || typeof value !== 'object') return String(value)
  return `{ ${Object.entries(value as { readonly [key: string]: Json | undefined })
    .map(([name, member]) => `${name}: ${flow(member)}`)
    .join(', ')} }`
}
