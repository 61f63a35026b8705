/** What `work` yields, or what `late` says or throws once `ms` have passed. `work` itself goes on; nobody waits for it. */
export async function within<T>(work: Promise<T>, ms: number, late: () => T): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const passed = new Promise<void>((done) => {
    timer = setTimeout(done, ms)
  })
  try {
    return await Promise.race([work, passed.then(late)])
  } finally {
    clearTimeout(timer)
  }
}
