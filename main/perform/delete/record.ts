import { countText } from '../../../shared/units'
import { done } from '../types'
import type { VerbPerformer } from './part'

/** Stores the certificate and chains its hash into the audit log. */
export const record: VerbPerformer = ({ context, means }) => {
  const certificate = means.registrar.certify(context.operation())
  const gone = certificate.rows.filter(row => row.verdict === 'gone').length
  return Promise.resolve(done(`The certificate is stored: ${countText(gone, 'item')} proven gone.`))
}
