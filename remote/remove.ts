import { AppError } from '../shared/errors'
import type { Handler } from './handler'

/** Answers `remove`. */
export const handleRemove: Handler<'remove'> = () => Promise.reject(new AppError('internal', 'Not built yet.'))
