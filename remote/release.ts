import { AppError } from '../shared/errors'
import type { Handler } from './handler'

/** Answers `release`. */
export const handleRelease: Handler<'release'> = () => Promise.reject(new AppError('internal', 'Not built yet.'))
