import { AppError } from '../shared/errors'
import type { Handler } from './handler'

/** Answers `stage`. */
export const handleStage: Handler<'stage'> = () => Promise.reject(new AppError('internal', 'Not built yet.'))
