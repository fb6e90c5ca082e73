import { AppError } from '../../shared/errors'

/**
 * What cannot be taken back happens only once the node's name was typed, letter by letter. `name`: what it has to be;
 * undefined where nobody knows it, which no typing fits.
 * @throws AppError `bad-input`.
 */
export function refuseOtherName(typedName: string | undefined, name: string | undefined): void {
  if (name !== undefined && typedName === name) return
  throw new AppError('bad-input', 'The name typed is not the name of this node. Nothing was done.', {
    hint: name === undefined ? 'Plan it again.' : `Type exactly: ${name}`,
  })
}
