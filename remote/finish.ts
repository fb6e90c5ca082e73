import { AppError } from '../shared/errors'
import type { Handler } from './handler'

/** Answers `finish`. */
export const handleFinish: Handler<'finish'> = () => Promise.reject(new AppError('internal', 'Not built yet.'))
