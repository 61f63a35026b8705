/** One line of a mount table; `mount --all --fstab` then makes all mounts with one process. */
export function fstabLine(source: string, target: string, type: string, options: readonly string[]): string {
  return `${escape(source)} ${escape(target)} ${type} ${options.join(',')} 0 0\n`
}

/** For a shell: makes all mounts of a table, which is a word of the shell, by way of a file. */
export const mountTable = (table: string, file: string): string => `printf %s ${table} >${file}
mount --all --fstab ${file}`

const escape = (path: string): string => path.replaceAll(/[\\ \t\n#]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`)
