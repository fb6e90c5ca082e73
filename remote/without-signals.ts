const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const

/** Runs work that must come to its end: the signals that ask a program to go are not obeyed meanwhile. */
export function withoutSignals<T>(work: () => T): T {
  const ignore = (): void => undefined
  for (const signal of SIGNALS) process.on(signal, ignore)
  try {
    return work()
  } finally {
    for (const signal of SIGNALS) process.off(signal, ignore)
  }
}
