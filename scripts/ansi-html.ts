/** Colours of a calm dark terminal, by the number of the escape sequence. */
const COLORS: Readonly<Record<number, string>> = {
  30: '#20242c',
  31: '#ff7b72',
  32: '#7ee787',
  33: '#e3b341',
  34: '#79c0ff',
  35: '#d2a8ff',
  36: '#76e3ea',
  37: '#d8dee9',
  90: '#8b949e',
}

interface Style {
  readonly bold: boolean
  readonly dim: boolean
  readonly color: number | undefined
}
const PLAIN: Style = { bold: false, dim: false, color: undefined }

/** A terminal screen with its colours (SGR sequences) as an HTML page whose `pre` is the screen. */
export function ansiHtml(screen: string, columns: number): string {
  let style = PLAIN
  const body = screen
    .trimEnd()
    .split(/(\u001b\[[0-9;]*m)/)
    .map((part) => {
      const codes = /^\u001b\[([0-9;]*)m$/.exec(part)?.[1]
      if (codes === undefined) return span(part, style)
      for (const code of codes.split(';').map(Number)) style = styled(style, code)
      return ''
    })
    .join('')
  const css = `body{margin:0;background:#0d1117}pre{display:inline-block;box-sizing:content-box;width:${columns}ch;margin:0;padding:16px 20px;background:#0d1117;color:#d8dee9;font:14px/1.45 'DejaVu Sans Mono',monospace;border-radius:8px}`
  return `<!doctype html><meta charset="utf-8"><style>${css}</style><pre>${body}</pre>`
}

function styled(before: Style, code: number): Style {
  if (code === 0) return PLAIN
  if (code === 1) return { ...before, bold: true }
  if (code === 2) return { ...before, dim: true }
  if (code === 22) return { ...before, bold: false, dim: false }
  if (code === 39) return { ...before, color: undefined }
  return code in COLORS ? { ...before, color: code } : before
}

function span(text: string, { bold, dim, color }: Style): string {
  if (text === '') return ''
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  const css = [bold ? 'font-weight:bold' : '', dim ? 'opacity:.62' : '', color === undefined ? '' : `color:${COLORS[color]}`]
    .filter((rule) => rule !== '')
    .join(';')
  return css === '' ? escaped : `<span style="${css}">${escaped}</span>`
}
