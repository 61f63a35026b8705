import { z } from 'zod'

/** A service of the stack, by its Compose name. */
export const ServiceName = z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/, 'a service name has letters, digits, dot, dash and underscore')

/** A regular expression over whole command lines; braces around a bare word are refused, since templates use them. */
export const CommandLinePattern = z
  .string()
  .min(1)
  .max(200)
  .refine((text) => !/\{[A-Za-z]+\}/.test(text), 'a word in braces is not possible in a pattern')
  .refine((text) => {
    try {
      return new RegExp(text) instanceof RegExp
    } catch {
      return false
    }
  }, 'not a regular expression')

/** The two ends of a link: two different services. */
export const TwoServices = z
  .tuple([ServiceName, ServiceName])
  .refine(([a, b]) => a !== b, 'a link has two different services at its ends')
  .describe('the two services whose link is hit')
