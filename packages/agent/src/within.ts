/** What `work` yields, or what `late` says once `ms` have passed. `work` itself goes on; nobody waits for it. */
export async function within<T>(work: Promise<T>, ms: number, late: () => T): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  try {
    return await Promise.race([
      work,
      new Promise<T>((done) => {
        timer = setTimeout(() => done(late()), ms)
      }),
    ])
  } finally {
    clearTimeout(timer)
  }
}
