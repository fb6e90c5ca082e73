import { AppError } from '../shared/errors'
import type { Handler } from './handler'

/** Answers `read`. */
export const handleRead: Handler<'read'> = () => Promise.reject(new AppError('internal', 'Not built yet.'))
