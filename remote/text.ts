import { AppError } from '../shared/errors'
import type { Handler } from './handler'

/** Answers `text`. */
export const handleText: Handler<'text'> = () => Promise.reject(new AppError('internal', 'Not built yet.'))
