import { AppError } from '../../shared/errors'
import { MINUTE } from '../../shared/units'
import type { RemoteClient } from '../remote/types'

/** Texts of a state directory on a node, by path relative to it. What is absent, or too large to be asked for, is left out. */
export async function readTexts(
  remote: RemoteClient,
  stateDir: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>()
  for (const path of paths) {
    const answer = await remote
      .request('text', { roots: { state: stateDir }, file: { root: 'state', path } }, { limitMs: MINUTE })
      .catch((error: unknown) => {
        // A text too large for a preview is still rewritten when it is carried.
        if (error instanceof AppError && error.code === 'output-too-large') return { contentBase64: null }
        throw error
      })
    if (answer.contentBase64 !== null) texts.set(path, Buffer.from(answer.contentBase64, 'base64').toString('utf8'))
  }
  return texts
}
