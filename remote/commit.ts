import { AppError } from '../shared/errors'
import type { Handler } from './handler'

/** Answers `commit`. */
export const handleCommit: Handler<'commit'> = () => Promise.reject(new AppError('internal', 'Not built yet.'))
