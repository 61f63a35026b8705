import { Pattern } from '../pattern/pattern.ts'
import type { Zod } from '../zod.ts'
import { SIGNALS } from './step.ts'

/** A service of the stack, by its Compose name. */
export const serviceName = (z: Zod) =>
  z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/, 'a service name has letters, digits, dot, dash and underscore')

/** A signal that ends a process, or may: none that only stops it or lets it go on. */
export const endingSignal = (z: Zod) => z.enum(SIGNALS).exclude(['SIGSTOP', 'SIGCONT']).default('SIGKILL')

/** A regular expression over whole command lines; braces around a bare word are refused, since templates use them. */
export const commandLinePattern = (z: Zod) =>
  z
    .string()
    .min(1)
    .max(200)
    .refine((text) => !/\{[A-Za-z]+\}/.test(text), 'a word in braces is not possible in a pattern')
    .superRefine((text, context) => {
      const why = whyNoPattern(text)
      if (why !== undefined) context.addIssue({ code: 'custom', message: `not a pattern: ${why}` })
    })

function whyNoPattern(text: string): string | undefined {
  try {
    Pattern.of(text)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

/** The two ends of a link: two different services. */
export const twoServices = (z: Zod) =>
  z
    .tuple([serviceName(z), serviceName(z)])
    .refine(([a, b]) => a !== b, 'a link has two different services at its ends')
    .describe('the two services whose link is hit')
