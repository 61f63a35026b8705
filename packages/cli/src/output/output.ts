import pc from 'picocolors'

/** What colours text; without colours it gives the text back. */
export type Paint = ReturnType<typeof pc.createColors>

/** Where a command's words go. In JSON mode `say` is silent, else `give` and `record` are: a command calls both and does not ask which. */
export interface Output {
  readonly json: boolean
  /** True for a terminal that can be drawn on: not JSON, not a pipe, not CI, not dumb. */
  readonly live: boolean
  /** Columns of that terminal now; undefined elsewhere. */
  readonly width: number | undefined
  readonly paint: Paint
  /** One or more lines for people. */
  say(text: string): void
  /** A line for people that is no part of what was asked for, and goes past a pipe. */
  aside(text: string): void
  /** The one JSON document of the command. */
  give(value: unknown): void
  /** One JSON line of a command that tells things as they happen. */
  record(value: unknown): void
}

/** The part of a standard stream that is needed. */
export interface Sink {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  write(text: string): unknown
}

/** Colours and live drawing are for a real terminal only: `NO_COLOR`, a pipe, CI and `TERM=dumb` get plain lines. */
export function makeOutput(sink: Sink, environment: NodeJS.ProcessEnv, json: boolean, beside: Sink = sink): Output {
  const terminal = sink.isTTY === true && !isSet(environment.CI) && environment.TERM !== 'dumb'
  const colors = !json && !isSet(environment.NO_COLOR) && (terminal || isSet(environment.FORCE_COLOR))
  const live = terminal && !json
  return {
    json,
    live,
    get width() {
      return live ? sink.columns || undefined : undefined
    },
    paint: pc.createColors(colors),
    say: (text) => {
      if (!json) sink.write(`${text}\n`)
    },
    aside: (text) => {
      if (!json) beside.write(`${text}\n`)
    },
    give: (value) => {
      if (json) sink.write(`${JSON.stringify(value, null, 2)}\n`)
    },
    record: (value) => {
      if (json) sink.write(`${JSON.stringify(value)}\n`)
    },
  }
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== '' && value !== '0' && value !== 'false'
