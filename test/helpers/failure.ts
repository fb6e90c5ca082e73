import { AppError } from '../../shared/errors'

/** The AppError a promise or function fails with. Success, or any other error, fails the test. */
export async function failureOf(work: Promise<unknown> | (() => unknown)): Promise<AppError> {
  try {
    await (typeof work === 'function' ? work() : work)
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('It should have failed')
}
