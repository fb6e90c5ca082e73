import { AppError } from '../shared/errors'
import type { Handler } from './handler'

/** Answers `search`. */
export const handleSearch: Handler<'search'> = () => Promise.reject(new AppError('internal', 'Not built yet.'))
