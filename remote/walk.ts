import { AppError } from '../shared/errors'
import type { Handler } from './handler'

/** Answers `walk`. */
export const handleWalk: Handler<'walk'> = () => Promise.reject(new AppError('internal', 'Not built yet.'))
