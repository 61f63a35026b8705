import { z } from 'zod'
import { serviceName } from '../faults/fields.ts'
import { zod } from '../zod.ts'
import { durationBetween } from './duration-between.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** The names a gate may have besides those of signals. */
export const LOAD_NUMBERS = ['errorRatio', 'p50', 'p95', 'p99', 'okRate'] as const

const Text = (longest: number) => z.string().min(1).max(longest)
const Sentence = Text(500)
const Paragraph = Text(5000)

/** A name that is used in tables, files and commands. */
export const Name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, 'a name has letters, digits, dot, dash and underscore')
const SignalName = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, 'a name has letters, digits, dash and underscore, and starts with a letter')

/** An address inside the enclosure; its host is a service of the stack. */
const ServiceUrl = z
  .string()
  .max(2000)
  .regex(/^http:\/\/[A-Za-z0-9][A-Za-z0-9_.-]{0,62}(:\d{1,5})?(\/[\x21-\x7e]*)?$/, 'write http://SERVICE:PORT/path, with a service of the stack')

const Rate = z
  .string('write requests per second or minute, for example 50/s')
  .regex(/^\d{1,9}(\.\d{1,3})?\/(s|m)$/, 'write requests per second or minute, for example 50/s')
  .describe('requests per second or minute, sent whether or not earlier ones were answered: 50/s, 600/m')

const every = durationBetween(100, MINUTE)
const timeout = durationBetween(10, MINUTE)

const LoadSource = z
  .strictObject({
    get: ServiceUrl.optional(),
    post: ServiceUrl.optional(),
    json: z.json().optional().describe('the body of a post, as data'),
    body: z.string().max(100_000).optional().describe('the body of a post, as text'),
    rate: Rate,
    timeout: timeout.prefault('1s').describe('an unanswered request counts as failed after this long'),
    accept: z
      .array(z.int().min(400).max(599))
      .max(20)
      .optional()
      .describe('statuses from 400 on that are designed answers and count as ok, such as 429'),
  })
  .describe('open-loop HTTP load; one of get and post')

const ScrapeSource = z
  .strictObject({
    scrape: ServiceUrl.describe('a page in the Prometheus text format'),
    metric: z.string().regex(/^[A-Za-z_:][A-Za-z0-9_:]{0,199}$/, 'not the name of a metric'),
    labels: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/, 'not the name of a label'), z.string().max(200)).default({}),
    every: every.prefault('500ms'),
    unit: z
      .string()
      .regex(/^[A-Za-z%/]{0,20}$/, 'a unit has letters, % and /')
      .default(''),
  })
  .describe('one series of a metrics page')

const HttpSource = z
  .strictObject({ http: ServiceUrl, every: every.prefault('250ms'), timeout: timeout.prefault('500ms') })
  .describe('1 while the page answers with 2xx or 3xx, else 0')

const TcpSource = z
  .strictObject({
    tcp: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}:\d{1,5}$/, 'write SERVICE:PORT'),
    every: every.prefault('250ms'),
    timeout: timeout.prefault('500ms'),
  })
  .describe('1 while the port takes connections, else 0')

const StatSource = z
  .strictObject({ stat: z.enum(['cpu', 'memory', 'processes']), service: serviceName(zod), every: every.prefault('1s') })
  .describe('of all processes of a service: cores, bytes, or their number')

const LogSource = z
  .strictObject({
    log: z
      .string()
      .max(200)
      .regex(/^[^\n\r]+$/, 'write a text of one line'),
    service: serviceName(zod),
    every: every.prefault('500ms'),
  })
  .describe('lines per second that a service prints and that hold this text')

const SignalSource = z.union([ScrapeSource, HttpSource, TcpSource, StatSource, LogSource])

const GateSource = z.strictObject({
  breach: z.string().max(100).describe('beyond this the gate breaches: "> 5%", "< 1", "> 10s"'),
  window: durationBetween(100, 5 * MINUTE).prefault('1s'),
  need: z.int().min(1).max(20).default(2).describe('breached windows out of the last `of`'),
  of: z.int().min(1).max(20).default(3),
  minRequests: z.int().min(1).max(1_000_000).default(20).describe('fewer requests in a window are UNKNOWN'),
  fresh: durationBetween(100, 5 * MINUTE)
    .prefault('3s')
    .describe('older samples are UNKNOWN'),
  guard: z.boolean().default(false).describe('true: a breach stops the run but does not refute the hypothesis'),
})

const RampStepSource = z.union([
  z.int().min(1).max(10_000),
  z.string().regex(/^(?!0+(\.0+)?%)(100(\.0{1,3})?|\d{1,2}(\.\d{1,3})?)%$/, 'write a number of targets (1) or a percentage (50%)'),
])

const InvariantSource = z.strictObject({
  get: ServiceUrl,
  status: z.int().min(100).max(599).default(200),
  within: durationBetween(100, 10 * MINUTE)
    .prefault('10s')
    .describe('polled until it holds, for this long after the revert'),
})

const People = z.array(Text(200)).max(50).default([])

/** A charter as a person writes it. `fault` is read by the schema of its kind in the catalogue. */
export const CharterSource = z
  .strictObject({
    name: Name.optional().describe('default: the name of the file'),
    purpose: Paragraph.optional().describe('why we do this'),
    hypothesis: Sentence.describe('what we believe stays true'),
    stack: Text(500).optional().describe('the Compose file, relative to this one; default: the only one in stacks/'),
    environment: Name.default('dev'),
    containment: z.enum(['sandbox', 'process']).optional().describe('default: the strongest that works here'),
    load: LoadSource.optional(),
    signals: z.record(SignalName, SignalSource).default({}).describe('numbers that are read while the system runs, by name'),
    fault: z.record(z.string(), z.unknown()).meta({ id: 'fault', description: 'what is broken; see docs/faults.md' }),
    ramp: z
      .strictObject({
        steps: z.array(RampStepSource).min(1).max(20).default([1, '100%']).describe('targets under fault, step by step: numbers or percentages'),
        hold: durationBetween(0, 30 * MINUTE)
          .prefault('10s')
          .describe('how long each step is held'),
      })
      .prefault({}),
    abort: z
      .record(z.string().min(1).max(64), z.union([z.string().max(100), GateSource]))
      .describe('the gates, by the number they watch: a load number or a signal'),
    invariants: z.record(SignalName, InvariantSource).default({}).describe('what must be true after the revert'),
    baseline: durationBetween(0, 10 * MINUTE)
      .prefault('5s')
      .describe('how long the healthy system is watched before'),
    recovery: durationBetween(0, 10 * MINUTE)
      .prefault('10s')
      .describe('how long the recovery is watched after the revert'),
    limit: durationBetween(100, HOUR).prefault('2m').describe('the whole time under fault, at most'),
    lease: durationBetween(300, MINUTE).prefault('3s').describe('without fresh green samples the fault ends after this long'),
    maxAbort: durationBetween(100, 10 * MINUTE)
      .prefault('10s')
      .describe('a plan whose worst-case abort is longer is refused'),
    seed: Text(200).optional().describe('fixes every random choice; default: derived from this file'),
    owner: Text(200).optional().describe('default: the Git identity'),
    people: z.strictObject({ approvers: People, notify: People }).prefault({}),
    rollback: Paragraph.optional().describe('for people: how to put things back by hand'),
    schedule: z.strictObject({ window: Sentence }).optional().describe('for people: when this may run'),
  })
  .describe('one experiment of Safechaos')

export type CharterSource = z.output<typeof CharterSource>
export type LoadSource = NonNullable<CharterSource['load']>
export type SignalSource = CharterSource['signals'][string]
export type GateSource = z.output<typeof GateSource>
