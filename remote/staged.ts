import { AppError } from '../shared/errors'
import type { Handler } from './handler'

/** Answers `staged`. */
export const handleStaged: Handler<'staged'> = () => Promise.reject(new AppError('internal', 'Not built yet.'))
