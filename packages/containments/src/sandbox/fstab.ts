/** One line of a mount table; `mount --all --fstab` then makes all mounts with one process. */
export function fstabLine(source: string, target: string, type: string, options: readonly string[]): string {
  return `${escape(source)} ${escape(target)} ${type} ${options.join(',')} 0 0\n`
}

const escape = (path: string): string => path.replaceAll(/[\\ \t\n#]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`)
