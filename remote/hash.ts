import { AppError } from '../shared/errors'
import type { Handler } from './handler'

/** Answers `hash`. */
export const handleHash: Handler<'hash'> = () => Promise.reject(new AppError('internal', 'Not built yet.'))
