import { AppError } from '../shared/errors'
import type { Handler } from './handler'

/** Answers `editStaged`. */
export const handleEditStaged: Handler<'editStaged'> = () => Promise.reject(new AppError('internal', 'Not built yet.'))
