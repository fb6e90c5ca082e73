import { AppError } from '../shared/errors'
import type { Handler } from './handler'

/** Answers `rollBack`. */
export const handleRollBack: Handler<'rollBack'> = () => Promise.reject(new AppError('internal', 'Not built yet.'))
