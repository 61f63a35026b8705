/** Lines of a form that people write into: a question with its box, an answer, a row of a table with nothing but a box in it. */
const isOpen = (line: string): boolean => /^- \[ \]|^ {2}Answer:|^\|[ |]*\[ \] *\|$/.test(line)

/** Whether people only filled a form in and added to it: the first line of it that is gone or changed; undefined if there is none. */
export function formWasFilled(form: string, filled: string): string | undefined {
  const lines = filled.split('\n')
  let from = 0
  for (const line of form.split('\n')) {
    if (line === '' || isOpen(line)) continue
    const at = lines.indexOf(line, from)
    if (at === -1) return line
    from = at + 1
  }
  return undefined
}
