/** Sequences that a terminal obeys: with a text of their own (titles, the clipboard), with parameters, and short ones. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken away
const SEQUENCES =
  /(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0000-\u001f\u007f-\u009f]*(?:\u0007|\u001b\\|\u009c)|(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b[ -/]*[0-~]/g

/** Single controls but the tab (C0, DEL, C1), and what turns the direction of the text around it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken away
const CONTROLS = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** Words of others as one line that does nothing to a terminal: no cursor moves, no colours, no text that reads backwards. */
export const harmless = (text: string): string => text.replace(SEQUENCES, '').replaceAll('\n', ' ').replace(CONTROLS, '')

/** The same for a text whose lines stay lines. */
export const harmlessLines = (text: string): string => text.split('\n').map(harmless).join('\n')
