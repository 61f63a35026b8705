/** A loopback address for each replica, the same for the same run: 127.x.y.z with x and y from the run's id. Runs side by side seldom share x.y. */
export function addressesOf(run: string, replicas: readonly string[]): ReadonlyMap<string, string> {
  // Loaded when it is needed: it would cost every start of an init some milliseconds.
  const digest = process.getBuiltinModule('node:crypto').createHash('sha256').update(run).digest()
  const network = `127.${1 + ((digest[0] ?? 0) % 254)}.${digest[1] ?? 0}`
  return new Map(replicas.map((replica, index) => [replica, `${network}.${1 + index}`]))
}
