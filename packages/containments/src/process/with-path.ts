/** `text` with the folder `target` in it replaced by `source`, where a path begins and ends there: `/data/x` and `file:/data`, not `/database` or `a/data`. */
export function withPath(text: string, target: string, source: string): string {
  const quoted = target.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return text.replace(new RegExp(`(^|[^\\w./-])${quoted}(?=$|[/:,;"' ])`, 'g'), (_, before: string) => `${before}${source}`)
}
